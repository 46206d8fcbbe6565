# A self-hosted Supabase project: its roles, its default privileges, its users, and the application's tables with
# columns of their own.

package SupabaseProject;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(make_roles make_project $application_tables);

# Of the cluster.  project_owner is their postgres, who is no superuser.
sub make_roles
{
	my ($node) = @_;
	$node->safe_psql('postgres', q{
CREATE ROLE supabase_admin SUPERUSER LOGIN;
CREATE ROLE project_owner LOGIN CREATEROLE CREATEDB;
CREATE ROLE anon NOLOGIN;
CREATE ROLE authenticated NOLOGIN;
CREATE ROLE service_role NOLOGIN BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT;
GRANT anon, authenticated, service_role TO authenticator;
});
}

# In a database, which may be owned by project_owner.
sub make_project
{
	my ($node, $database) = @_;
	my $sql = sub { $node->safe_psql($database, $_[0]) };
	$sql->(q{
GRANT ALL ON SCHEMA public TO project_owner;
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
CREATE SCHEMA auth AUTHORIZATION supabase_admin;
GRANT USAGE ON SCHEMA auth TO project_owner, anon, authenticated, service_role;
CREATE TABLE auth.users (id uuid PRIMARY KEY);
GRANT ALL ON auth.users TO project_owner;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;});
	for my $role ('supabase_admin', 'project_owner')
	{
		$sql->("ALTER DEFAULT PRIVILEGES FOR ROLE $role IN SCHEMA public GRANT ALL ON $_ TO project_owner, anon, authenticated, service_role")
		  for 'TABLES', 'FUNCTIONS', 'SEQUENCES';
		$sql->("ALTER DEFAULT PRIVILEGES FOR ROLE $role GRANT ALL ON SCHEMAS TO anon, authenticated, service_role");
	}
}

# As the migrations of project_owner make them.
our $application_tables = q{
CREATE TABLE user_profiles (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL UNIQUE REFERENCES auth.users ON DELETE CASCADE,
    soulprint jsonb, soulprint_text text, import_status text DEFAULT 'none', total_chunks int DEFAULT 0,
    created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(),
    soulprint_locked boolean DEFAULT false, memory_log_date date,
    soul_md text, identity_md text, agents_md text, user_md text, tools_md text, memory_md text,
    full_pass_status text DEFAULT 'pending'
        CONSTRAINT full_pass_status_check CHECK (full_pass_status IN ('pending', 'processing', 'complete', 'failed')),
    full_pass_started_at timestamptz, full_pass_completed_at timestamptz, full_pass_error text,
    progress_percent int DEFAULT 0, quality_breakdown jsonb);
CREATE TABLE raw_conversations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    conversation_id text NOT NULL, title text, messages jsonb NOT NULL DEFAULT '[]', message_count int DEFAULT 0,
    created_at timestamptz, imported_at timestamptz DEFAULT now(), UNIQUE (user_id, conversation_id));
CREATE TABLE conversation_chunks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
    conversation_id text NOT NULL, title text, content text NOT NULL, chunk_tier text DEFAULT 'medium',
    message_count int DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(), is_recent boolean DEFAULT false,
    embedding real[]);
ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE raw_conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_chunks ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Users can view own profile" ON user_profiles FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "Users can update own profile" ON user_profiles FOR UPDATE USING (auth.uid() = user_id);
CREATE POLICY "Users can view own conversations" ON raw_conversations FOR SELECT USING (auth.uid() = user_id);
};

1;
