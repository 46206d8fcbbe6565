# The local webhook (test/alert_server) of one test, controlled like the model server.
#
#   my $alerts = AlertServer->new;
#   my $node = new_server('name', 'soulprint.alert_url' => $alerts->hook);
#   $alerts->script({ status => 500 }, { hang => \1 });
#   $alerts->wait_for(requests => 1);
#   is(($alerts->texts)[0], …);

package AlertServer;

use strict;
use warnings;

use JSON::PP;
use ModelServer;

our @ISA = ('ModelServer');

sub new
{
	my ($class) = @_;
	return ModelServer::new($class, program => ['test/alert_server/serve.py']);
}

# A URL as webhooks have it: its path is a secret.
sub hook { return $_[0]->url . '/services/T000/hook-secret' }

# The entries of the journal, and the texts in them.
sub posts { return @{ $_[0]->stats->{journal} } }
sub texts { return map { decode_json($_->{body})->{text} } $_[0]->posts }

1;
