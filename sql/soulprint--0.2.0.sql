-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION soulprint" to load this file. \quit

-- Public: functions and views named soulprint_*, in the schema of the extension.
-- Private: everything in schema soulprint.

-- A role that may create in the extension's schema could put an operator or a function there that matches
-- better than Postgres's own, and this script would run it.
SET LOCAL search_path = pg_catalog, pg_temp;

-- ---------------------------------------------------------------------------------------------------
-- preconditions, the role of the workers, the private schema
-- ---------------------------------------------------------------------------------------------------

DO $$
BEGIN
    IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
        RAISE EXCEPTION 'soulprint requires database encoding UTF8, not %',
            pg_catalog.getdatabaseencoding()
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Create a database with ENCODING ''UTF8'' TEMPLATE template0 and install soulprint there.';
    END IF;
    IF '@extschema@' <> 'soulprint' THEN
        IF pg_catalog.to_regnamespace('soulprint') IS NOT NULL THEN
            RAISE EXCEPTION 'schema "soulprint" exists already, and it is not this extension''s'
                USING ERRCODE = 'duplicate_schema',
                      HINT = 'Rename or drop it. If it is empty, CREATE EXTENSION soulprint SCHEMA soulprint uses it.';
        END IF;
        CREATE SCHEMA soulprint;
    ELSIF EXISTS (SELECT FROM pg_catalog.pg_depend
                  WHERE refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                    AND refobjid = 'soulprint'::pg_catalog.regnamespace AND deptype = 'n'
                    AND classid <> 'pg_catalog.pg_extension'::pg_catalog.regclass) THEN
        RAISE EXCEPTION 'schema "soulprint" is not empty'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Rename or drop it, or create the extension in another schema.';
    END IF;
END
$$;

-- Workers run as this role.  It cannot log in from outside, owns nothing, and is no member of another role.
DO $$
DECLARE
    worker pg_catalog.pg_authid;
    wrong text;
    mend text;
BEGIN
    SELECT * INTO worker FROM pg_catalog.pg_authid WHERE rolname = 'soulprint_worker';
    IF NOT FOUND THEN
        CREATE ROLE soulprint_worker LOGIN CONNECTION LIMIT 0;
        COMMENT ON ROLE soulprint_worker IS 'workers of the extension soulprint; clients cannot log in';
        RETURN;
    END IF;
    SELECT w.problem, w.cure INTO wrong, mend FROM (VALUES
        (worker.rolsuper, 'is a superuser', 'ALTER ROLE soulprint_worker NOSUPERUSER'),
        (worker.rolbypassrls, 'is exempt from row security', 'ALTER ROLE soulprint_worker NOBYPASSRLS'),
        (worker.rolcreaterole, 'may create roles', 'ALTER ROLE soulprint_worker NOCREATEROLE'),
        (worker.rolcreatedb, 'may create databases', 'ALTER ROLE soulprint_worker NOCREATEDB'),
        (worker.rolreplication, 'may replicate', 'ALTER ROLE soulprint_worker NOREPLICATION'),
        (NOT worker.rolcanlogin, 'may not log in, so that no worker can start', 'ALTER ROLE soulprint_worker LOGIN'),
        (worker.rolconnlimit <> 0, 'has a connection limit other than 0', 'ALTER ROLE soulprint_worker CONNECTION LIMIT 0'),
        (worker.rolpassword IS NOT NULL, 'has a password', 'ALTER ROLE soulprint_worker PASSWORD NULL'),
        (worker.rolvaliduntil < 'infinity', 'is valid for a limited time only', 'ALTER ROLE soulprint_worker VALID UNTIL ''infinity'''),
        (EXISTS (SELECT FROM pg_catalog.pg_auth_members WHERE roleid = worker.oid),
         'has members', 'REVOKE soulprint_worker FROM each of them'),
        (EXISTS (SELECT FROM pg_catalog.pg_auth_members WHERE member = worker.oid),
         'is a member of other roles', 'REVOKE these roles FROM soulprint_worker'),
        (EXISTS (SELECT FROM pg_catalog.pg_db_role_setting WHERE setrole = worker.oid),
         'has settings of its own', 'ALTER ROLE soulprint_worker RESET ALL, also IN DATABASE'),
        (EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE deptype = 'o'
                 AND refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND refobjid = worker.oid),
         'owns objects', 'REASSIGN OWNED BY soulprint_worker TO another role')
        ) AS w (is_wrong, problem, cure) WHERE w.is_wrong LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role "soulprint_worker" %', wrong
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'The role exists, but not as this extension creates it.',
                  HINT = pg_catalog.format('Run %s, or drop the role.', mend);
    END IF;
END
$$;

COMMENT ON SCHEMA soulprint IS 'tables and private functions of the extension soulprint';
-- ---------------------------------------------------------------------------------------------------
-- functions that compute, in route order
-- ---------------------------------------------------------------------------------------------------

CREATE FUNCTION @extschema@.soulprint_score_conversation(conversation jsonb) RETURNS bigint
    AS 'MODULE_PATHNAME', 'soulprint_score_conversation' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.soulprint_score_conversation(jsonb) IS 'score of a conversation: how much it says about its user';

CREATE FUNCTION @extschema@.soulprint_sample_conversations(conversations jsonb, target_count int DEFAULT 200)
    RETURNS TABLE (rank int, score bigint, conversation jsonb)
    AS 'MODULE_PATHNAME', 'soulprint_sample_conversations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.soulprint_sample_conversations(jsonb, int) IS 'conversations with the highest scores, in descending order';

CREATE FUNCTION @extschema@.soulprint_format_conversations(conversations jsonb, max_chars int DEFAULT 600000, share text DEFAULT 'whole')
    RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_format_conversations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.soulprint_format_conversations(jsonb, int, text)
    IS 'conversations as prompt text of at most max_chars characters; share is whole or fair';

CREATE FUNCTION @extschema@.soulprint_chunk_conversation(conversation jsonb, target_tokens int DEFAULT 2000, overlap_tokens int DEFAULT 200)
    RETURNS TABLE (chunk_index int, total_chunks int, token_count int, content text)
    AS 'MODULE_PATHNAME', 'soulprint_chunk_conversation' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.soulprint_chunk_conversation(jsonb, int, int)
    IS 'chunks of about target_tokens tokens (characters / 4) of a conversation';

CREATE FUNCTION @extschema@.soulprint_merge_facts(facts jsonb[]) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'soulprint_merge_facts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.soulprint_merge_facts(jsonb[])
    IS 'facts of several chunks, oldest first, merged into one object of six categories; the latest statement wins';

CREATE FUNCTION @extschema@.soulprint_parse_sections(reply text) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'soulprint_parse_sections' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.soulprint_parse_sections(text)
    IS 'five complete sections found in an answer of the model, NULL if there are none';

CREATE FUNCTION @extschema@.soulprint_assemble_text(sections jsonb, memory_md text) RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_assemble_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.soulprint_assemble_text(jsonb, text) IS 'soulprint_text made of five sections and MEMORY';

-- ---------------------------------------------------------------------------------------------------
-- tables
-- ---------------------------------------------------------------------------------------------------

CREATE TABLE soulprint.full_passes (
    id               bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    user_id          uuid NOT NULL,
    state            text NOT NULL DEFAULT 'queued'
                     CHECK (state IN ('queued', 'running', 'done', 'failed', 'canceled')),
    stage            text,
    attempts         int NOT NULL DEFAULT 0,
    not_before       timestamptz NOT NULL DEFAULT now(),
    requested_at     timestamptz NOT NULL DEFAULT now(),
    started_at       timestamptz,
    taken_at         timestamptz,
    stage_started_at timestamptz,
    stage_seconds    jsonb NOT NULL DEFAULT '{}',
    ended_at         timestamptz,
    pid              int,
    conversations    int NOT NULL DEFAULT 0,
    chunks           int NOT NULL DEFAULT 0,
    chunks_done      int NOT NULL DEFAULT 0,
    chunks_failed    int NOT NULL DEFAULT 0,
    chunk_error      text,
    facts            int NOT NULL DEFAULT 0,
    facts_left_out   int NOT NULL DEFAULT 0,
    items_dropped    int NOT NULL DEFAULT 0,
    drop_reasons     jsonb NOT NULL DEFAULT '{}',
    calls_made       int NOT NULL DEFAULT 0,
    calls_remembered int NOT NULL DEFAULT 0,
    pauses           int NOT NULL DEFAULT 0,
    epoch            bigint NOT NULL DEFAULT 0,
    timeline         bigint NOT NULL DEFAULT 0,
    crashes          int NOT NULL DEFAULT 0,
    own_crashes      int NOT NULL DEFAULT 0,
    suspect          boolean NOT NULL DEFAULT false,
    input_tokens     bigint NOT NULL DEFAULT 0,
    output_tokens    bigint NOT NULL DEFAULT 0,
    cost_usd         numeric NOT NULL DEFAULT 0,
    lost_usd         numeric NOT NULL DEFAULT 0,
    reserved_usd     numeric NOT NULL DEFAULT 0,
    max_cost_usd     numeric CHECK (max_cost_usd > 0),
    batch            boolean,
    coverage         double precision,
    half_published   boolean NOT NULL DEFAULT false,
    unlearned        boolean NOT NULL DEFAULT false,
    unrecorded       boolean NOT NULL DEFAULT false,
    error            text,
    alert            text
);
COMMENT ON TABLE soulprint.full_passes IS 'requested full passes: the queue, their progress and the history';
COMMENT ON COLUMN soulprint.full_passes.id IS 'number of the pass';
COMMENT ON COLUMN soulprint.full_passes.user_id IS 'user of the pass';
COMMENT ON COLUMN soulprint.full_passes.state IS 'queued, running, done, failed or canceled';
COMMENT ON COLUMN soulprint.full_passes.stage IS 'stage of the current or last attempt: download, import, chunks, facts, reduce, memory, sections or publish';
COMMENT ON COLUMN soulprint.full_passes.attempts IS 'attempts charged; the pass fails after soulprint.max_pass_attempts';
COMMENT ON COLUMN soulprint.full_passes.requested_at IS 'time of the request';
COMMENT ON COLUMN soulprint.full_passes.started_at IS 'start of the first attempt';
COMMENT ON COLUMN soulprint.full_passes.stage_started_at IS 'start of the current stage; NULL while no worker has the pass';
COMMENT ON COLUMN soulprint.full_passes.stage_seconds IS 'seconds spent in each stage that has ended, in all attempts: {"chunks": 0.4, "facts": 101.2}; without those of a worker that was killed';
COMMENT ON COLUMN soulprint.full_passes.ended_at IS 'end of the pass';
COMMENT ON COLUMN soulprint.full_passes.conversations IS 'conversations chunked in the current attempt';
COMMENT ON COLUMN soulprint.full_passes.chunks IS 'chunks of these conversations';
COMMENT ON COLUMN soulprint.full_passes.chunks_done IS 'chunks whose facts are known';
COMMENT ON COLUMN soulprint.full_passes.chunks_failed IS 'chunks without a usable answer';
COMMENT ON COLUMN soulprint.full_passes.chunk_error IS 'reason of the last failure of a chunk in the current attempt; NULL if none failed';
COMMENT ON COLUMN soulprint.full_passes.facts IS 'facts found so far; after merging, facts left';
COMMENT ON COLUMN soulprint.full_passes.facts_left_out IS 'facts left out of MEMORY because there were too many';
COMMENT ON COLUMN soulprint.full_passes.items_dropped IS 'items of answers that became no fact';
COMMENT ON COLUMN soulprint.full_passes.drop_reasons IS 'items_dropped by reason: malformed, assistant (only the assistant said the quote), invented (nobody said it), secret';
COMMENT ON COLUMN soulprint.full_passes.input_tokens IS 'tokens sent, with those of the server''s cache, over all attempts';
COMMENT ON COLUMN soulprint.full_passes.output_tokens IS 'tokens received, over all attempts';
COMMENT ON COLUMN soulprint.full_passes.cost_usd IS 'cost of all requests in USD, including failed ones';
COMMENT ON COLUMN soulprint.full_passes.lost_usd IS 'the most that requests can have cost, in USD, of which no response tells the tokens';
COMMENT ON COLUMN soulprint.full_passes.reserved_usd IS 'USD set aside for requests in flight and the next ones';
COMMENT ON COLUMN soulprint.full_passes.max_cost_usd IS 'the most that the pass may cost by its request, in USD; NULL if soulprint.max_cost_per_pass alone says so';
COMMENT ON COLUMN soulprint.full_passes.batch IS 'whether its request wants questions about facts in Message Batches; NULL if soulprint.batch alone says so';
COMMENT ON COLUMN soulprint.full_passes.coverage IS 'share of the chunks whose facts are known, 0 to 1: less than 1 if the limit of cost did not allow all; NULL before that is known';
COMMENT ON COLUMN soulprint.full_passes.error IS 'reason for waiting, failure or cancellation; NULL if there is none';
COMMENT ON COLUMN soulprint.full_passes.not_before IS 'earliest start of the next attempt';
COMMENT ON COLUMN soulprint.full_passes.taken_at IS 'time at which the current attempt began to read';
COMMENT ON COLUMN soulprint.full_passes.pid IS 'process ID of the last worker of the pass; NULL if that ended before the pass did';
COMMENT ON COLUMN soulprint.full_passes.calls_made IS 'questions sent to the model, in all attempts';
COMMENT ON COLUMN soulprint.full_passes.calls_remembered IS 'questions answered from soulprint.replies in the current attempt';
COMMENT ON COLUMN soulprint.full_passes.pauses IS 'pauses for a refusal that may be meant for this pass alone; the second and later ones are charged as attempts';
COMMENT ON COLUMN soulprint.full_passes.epoch IS 'start of the server''s shared memory in which the current attempt began: it tells whether the server has crashed or restarted since';
COMMENT ON COLUMN soulprint.full_passes.timeline IS 'timeline of the WAL when the current attempt began: on another one, the attempt began before a standby was promoted or an archive recovered';
COMMENT ON COLUMN soulprint.full_passes.crashes IS 'crashes of the server while a worker ran this pass';
COMMENT ON COLUMN soulprint.full_passes.own_crashes IS 'of these, those in which that worker died; after the tenth one, if it ran alone then, the pass fails';
COMMENT ON COLUMN soulprint.full_passes.suspect IS 'true if a worker of this pass died in a crash, or if it has met three crashes: the next one runs alone for a while, so that the guilty pass is known';
COMMENT ON COLUMN soulprint.full_passes.half_published IS 'true if the profile has the MEMORY of this pass over older sections: it must not become a version';
COMMENT ON COLUMN soulprint.full_passes.unlearned IS 'true if the replaced profile contains what the user took back: it must not become a version';
COMMENT ON COLUMN soulprint.full_passes.unrecorded IS 'true if the profile did not take the end of the pass: it is not found as pending again before something new is imported';
COMMENT ON COLUMN soulprint.full_passes.alert IS 'text that waits to be sent to soulprint.alert_url; NULL if there is none';
CREATE UNIQUE INDEX full_passes_active_key ON soulprint.full_passes (user_id) WHERE state IN ('queued', 'running');
CREATE INDEX full_passes_queue_idx ON soulprint.full_passes (not_before, id) WHERE state IN ('queued', 'running');
CREATE INDEX full_passes_running_idx ON soulprint.full_passes (id) WHERE state = 'running';
CREATE INDEX full_passes_suspect_idx ON soulprint.full_passes (id) WHERE suspect AND state IN ('queued', 'running');
CREATE INDEX full_passes_user_idx ON soulprint.full_passes (user_id);
CREATE INDEX full_passes_ended_idx ON soulprint.full_passes (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX full_passes_alert_idx ON soulprint.full_passes (ended_at) WHERE alert IS NOT NULL;
COMMENT ON INDEX soulprint.full_passes_active_key IS 'one queued or running pass per user';

CREATE TABLE soulprint.replies (
    user_id       uuid NOT NULL,
    step          text NOT NULL,
    question      bytea NOT NULL,
    attempt       int NOT NULL,
    outcome       text NOT NULL CHECK (outcome IN ('answered', 'cut_off', 'refused')),
    reply         text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    request_id    text,
    unusable      boolean NOT NULL DEFAULT false,
    model         text NOT NULL,
    input_tokens  bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost_usd      numeric NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    used_at       timestamptz NOT NULL DEFAULT now(),
    conversation_ids text[],
    PRIMARY KEY (user_id, step, question, attempt)
);
COMMENT ON TABLE soulprint.replies IS 'answers of the model, kept so that no question is paid for twice';
COMMENT ON COLUMN soulprint.replies.user_id IS 'user that the question is about';
COMMENT ON COLUMN soulprint.replies.step IS 'facts, changes, reduce, memory, sections, name or evaluate';
COMMENT ON COLUMN soulprint.replies.attempt IS '0 for the first try, higher after an unusable answer';
COMMENT ON COLUMN soulprint.replies.outcome IS 'answered, cut_off (at max_tokens) or refused (by the model)';
COMMENT ON COLUMN soulprint.replies.reply IS 'text of the answer';
COMMENT ON COLUMN soulprint.replies.reason IS 'reason for the refusal';
COMMENT ON COLUMN soulprint.replies.model IS 'model that was asked';
COMMENT ON COLUMN soulprint.replies.input_tokens IS 'tokens sent in all attempts to get this answer';
COMMENT ON COLUMN soulprint.replies.output_tokens IS 'tokens received in all attempts to get this answer';
COMMENT ON COLUMN soulprint.replies.cost_usd IS 'cost of these attempts in USD';
COMMENT ON COLUMN soulprint.replies.created_at IS 'time of the answer';
COMMENT ON COLUMN soulprint.replies.used_at IS 'time at which a pass last needed the answer, by the day';
COMMENT ON COLUMN soulprint.replies.question IS 'SHA-256 of prompt, model, parameters and material of the question';
COMMENT ON COLUMN soulprint.replies.request_id IS 'request ID of the model server, for support';
COMMENT ON COLUMN soulprint.replies.unusable IS 'true if validation rejected the answer; deleted when the pass fails';
COMMENT ON COLUMN soulprint.replies.conversation_ids IS 'conversations in the question, NULL if it covers all of them or none';
CREATE INDEX replies_used_idx ON soulprint.replies (used_at);

CREATE TABLE soulprint.facts (
    id       bigint GENERATED BY DEFAULT AS IDENTITY,
    user_id  uuid NOT NULL,
    category text NOT NULL,
    fact     jsonb NOT NULL,
    quote    text NOT NULL,
    verified boolean NOT NULL,
    sources  jsonb NOT NULL,
    said_on  date,
    importance smallint NOT NULL,
    superseded_by bigint,
    PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE soulprint.facts IS 'facts about each user, as last published';
COMMENT ON COLUMN soulprint.facts.id IS 'number of the fact; each pass numbers them anew';
COMMENT ON COLUMN soulprint.facts.user_id IS 'user that the fact is about';
COMMENT ON COLUMN soulprint.facts.category IS 'person, preferences, projects, dates, beliefs or decisions';
COMMENT ON COLUMN soulprint.facts.fact IS 'text, or object with the fields of the category';
COMMENT ON COLUMN soulprint.facts.quote IS 'words of the user, or of another assistant''s memory, that show the fact, empty if the model gave none';
COMMENT ON COLUMN soulprint.facts.verified IS 'true if the quote was found in the user''s messages';
COMMENT ON COLUMN soulprint.facts.sources IS 'messages that state the fact: [{"conversation_id", "chunk_index", "message", "at"}], oldest first; message counts from 0 in raw_conversations.messages, null if it is not known; of soulprint.memories [{"source", "at"}]';
COMMENT ON COLUMN soulprint.facts.said_on IS 'UTC day on which the user last said it, or the memory noted it that alone states it, NULL if that is not known';
COMMENT ON COLUMN soulprint.facts.importance IS '1 to 3, 3 = most';
COMMENT ON COLUMN soulprint.facts.superseded_by IS 'id of the later fact that overtakes this one, NULL if it holds';

CREATE TABLE soulprint.forgotten_facts (
    user_id      uuid NOT NULL,
    fact         bytea NOT NULL,
    forgotten_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, fact)
);
COMMENT ON TABLE soulprint.forgotten_facts IS 'facts that no later pass publishes, as hashes';
COMMENT ON COLUMN soulprint.forgotten_facts.user_id IS 'user that the fact was about';
COMMENT ON COLUMN soulprint.forgotten_facts.forgotten_at IS 'time of soulprint_forget_fact() or soulprint_correct_fact()';
COMMENT ON COLUMN soulprint.forgotten_facts.fact IS 'SHA-256 of the category and the statement, in lower case';

CREATE TABLE soulprint.own_facts (
    user_id   uuid NOT NULL,
    key       bytea NOT NULL,
    category  text NOT NULL,
    statement text NOT NULL,
    stated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
COMMENT ON TABLE soulprint.own_facts IS 'facts that users stated themselves, which every pass publishes';
COMMENT ON COLUMN soulprint.own_facts.user_id IS 'user that the fact is about';
COMMENT ON COLUMN soulprint.own_facts.key IS 'SHA-256 of the category and the statement, in lower case';
COMMENT ON COLUMN soulprint.own_facts.category IS 'person, preferences, projects, dates, beliefs or decisions';
COMMENT ON COLUMN soulprint.own_facts.statement IS 'the fact in the user''s words';
COMMENT ON COLUMN soulprint.own_facts.stated_at IS 'time of soulprint_add_fact() or soulprint_correct_fact()';

CREATE TABLE soulprint.versions (
    user_id        uuid NOT NULL,
    version        int NOT NULL,
    replaced_at    timestamptz NOT NULL DEFAULT now(),
    memory_md      text,
    soul_md        text,
    identity_md    text,
    user_md        text,
    agents_md      text,
    tools_md       text,
    soulprint_text text,
    PRIMARY KEY (user_id, version)
);
COMMENT ON TABLE soulprint.versions IS 'earlier profiles, up to soulprint.keep_versions per user';
COMMENT ON COLUMN soulprint.versions.user_id IS 'user of the profile';
COMMENT ON COLUMN soulprint.versions.version IS 'number of the version, from 1 for the oldest of a user';
COMMENT ON COLUMN soulprint.versions.replaced_at IS 'time at which another profile replaced it';
COMMENT ON COLUMN soulprint.versions.memory_md IS 'user_profiles.memory_md then';
COMMENT ON COLUMN soulprint.versions.soul_md IS 'user_profiles.soul_md then';
COMMENT ON COLUMN soulprint.versions.identity_md IS 'user_profiles.identity_md then';
COMMENT ON COLUMN soulprint.versions.user_md IS 'user_profiles.user_md then';
COMMENT ON COLUMN soulprint.versions.agents_md IS 'user_profiles.agents_md then';
COMMENT ON COLUMN soulprint.versions.tools_md IS 'user_profiles.tools_md then';
COMMENT ON COLUMN soulprint.versions.soulprint_text IS 'user_profiles.soulprint_text then';

CREATE TABLE soulprint.prompts (
    step    text PRIMARY KEY CHECK (step IN ('facts', 'changes', 'reduce', 'memory', 'sections', 'name')),
    wording text NOT NULL CHECK (wording <> '')
);
COMMENT ON TABLE soulprint.prompts IS 'system prompts that replace the built-in ones';
COMMENT ON COLUMN soulprint.prompts.step IS 'facts, changes, reduce, memory, sections or name';
COMMENT ON COLUMN soulprint.prompts.wording IS 'system prompt of the step';

CREATE TABLE soulprint.prices (
    model      text NOT NULL,
    input_usd  numeric NOT NULL CHECK (input_usd >= 0),
    output_usd numeric NOT NULL CHECK (output_usd >= 0),
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    builtin    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (model, valid_from, builtin)
);
COMMENT ON TABLE soulprint.prices IS 'prices of models in USD per million tokens';
COMMENT ON COLUMN soulprint.prices.model IS 'name of the model, or a prefix of it';
COMMENT ON COLUMN soulprint.prices.input_usd IS 'price of a million tokens sent, in USD; those that the server writes to its cache cost 1.25 times as much, those that it reads from there a tenth';
COMMENT ON COLUMN soulprint.prices.output_usd IS 'price of a million tokens received, in USD';
COMMENT ON COLUMN soulprint.prices.valid_from IS 'time from which the price holds, until a later one of the same name does';
COMMENT ON COLUMN soulprint.prices.builtin IS 'true for prices that come with the extension: pg_dump leaves them out, and a row of your own with the same name and time holds instead';
INSERT INTO soulprint.prices (model, input_usd, output_usd, builtin) VALUES ('claude-haiku-4-5', 1.00, 5.00, true), ('offline', 0, 0, true);

CREATE TABLE soulprint.costs (
    hour                        timestamptz NOT NULL,
    user_id                     uuid,
    model                       text NOT NULL,
    step                        text NOT NULL,
    requests                    bigint NOT NULL,
    retries                     bigint NOT NULL,
    refusals                    bigint NOT NULL,
    lost                        bigint NOT NULL,
    input_tokens                bigint NOT NULL,
    cache_creation_input_tokens bigint NOT NULL,
    cache_read_input_tokens     bigint NOT NULL,
    output_tokens               bigint NOT NULL,
    cost_usd                    numeric NOT NULL,
    lost_usd                    numeric NOT NULL DEFAULT 0
);
COMMENT ON TABLE soulprint.costs IS 'what requests to the model server took, by the hour';
COMMENT ON COLUMN soulprint.costs.hour IS 'beginning of the hour in which the answers were saved';
COMMENT ON COLUMN soulprint.costs.user_id IS 'user of the pass or the evaluation; NULL if that user was erased, and for probes during a pause';
COMMENT ON COLUMN soulprint.costs.model IS 'model that was asked';
COMMENT ON COLUMN soulprint.costs.step IS 'step of the questions, as in soulprint.replies; interrupted for requests in flight when a worker or the server died';
COMMENT ON COLUMN soulprint.costs.requests IS 'requests, whatever came of them';
COMMENT ON COLUMN soulprint.costs.retries IS 'requests that repeated one without an answer';
COMMENT ON COLUMN soulprint.costs.refusals IS 'requests that the model refused to answer';
COMMENT ON COLUMN soulprint.costs.lost IS 'requests of which no response tells the tokens: broken off, given up, or answered without them; the server may bill them all the same';
COMMENT ON COLUMN soulprint.costs.input_tokens IS 'tokens sent, without those of the server''s cache';
COMMENT ON COLUMN soulprint.costs.cache_creation_input_tokens IS 'tokens sent that the server wrote to its cache';
COMMENT ON COLUMN soulprint.costs.cache_read_input_tokens IS 'tokens sent that the server read from its cache';
COMMENT ON COLUMN soulprint.costs.output_tokens IS 'tokens received';
COMMENT ON COLUMN soulprint.costs.cost_usd IS 'cost in USD, at the prices then; 0 for a model without a price';
COMMENT ON COLUMN soulprint.costs.lost_usd IS 'the most that the lost requests can have cost, in USD; limits of cost count it';
CREATE UNIQUE INDEX costs_key ON soulprint.costs (hour, user_id, model, step);
CREATE INDEX costs_user_idx ON soulprint.costs (user_id);
COMMENT ON INDEX soulprint.costs_key IS 'one row an hour for each user, model and step; those of nobody are not added up';

CREATE TABLE soulprint.imports (
    id                  bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    user_id             uuid NOT NULL,
    imported_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    source              text NOT NULL CHECK (source IN ('argument', 'file', 'storage')),
    storage_path        text,
    etag                text,
    imported            bigint NOT NULL,
    updated             bigint NOT NULL,
    unchanged           bigint NOT NULL,
    memories            bigint NOT NULL,
    skipped             bigint NOT NULL,
    skipped_because     jsonb NOT NULL,
    skipped_ids         text[] NOT NULL,
    hidden_messages     jsonb NOT NULL,
    replaced_characters bigint NOT NULL,
    files_left_out      text[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE soulprint.imports IS 'imports of exports and what they found';
COMMENT ON COLUMN soulprint.imports.id IS 'number of the import';
COMMENT ON COLUMN soulprint.imports.user_id IS 'user whose export it was';
COMMENT ON COLUMN soulprint.imports.source IS 'argument, file or storage';
COMMENT ON COLUMN soulprint.imports.storage_path IS 'path of the export in Storage';
COMMENT ON COLUMN soulprint.imports.imported IS 'new conversations';
COMMENT ON COLUMN soulprint.imports.updated IS 'conversations newer than the stored ones';
COMMENT ON COLUMN soulprint.imports.unchanged IS 'conversations stored already';
COMMENT ON COLUMN soulprint.imports.memories IS 'sources of what other assistants keep about the user';
COMMENT ON COLUMN soulprint.imports.skipped IS 'conversations left out';
COMMENT ON COLUMN soulprint.imports.skipped_ids IS 'ids of the conversations left out, where they have one';
COMMENT ON COLUMN soulprint.imports.imported_at IS 'end of the import; its conversations carry the start of its transaction';
COMMENT ON COLUMN soulprint.imports.etag IS 'ETag of the object in Storage: an unchanged object is not downloaded again';
COMMENT ON COLUMN soulprint.imports.skipped_because IS 'number of conversations left out, by reason';
COMMENT ON COLUMN soulprint.imports.hidden_messages IS 'number of messages hidden from the user, by kind';
COMMENT ON COLUMN soulprint.imports.replaced_characters IS 'number of characters replaced by U+FFFD because text cannot hold them';
COMMENT ON COLUMN soulprint.imports.files_left_out IS 'files of the archive that were not read, each with the reason; at most about 120, then how many more';
CREATE INDEX imports_user_idx ON soulprint.imports (user_id, id);
CREATE INDEX imports_age_idx ON soulprint.imports (imported_at);

CREATE TABLE soulprint.memories (
    user_id     uuid NOT NULL,
    source      text NOT NULL,
    content     text NOT NULL,
    noted_at    timestamptz NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, source)
);
COMMENT ON TABLE soulprint.memories IS 'what other assistants keep about each user, as last imported';
COMMENT ON COLUMN soulprint.memories.user_id IS 'user that it is about';
COMMENT ON COLUMN soulprint.memories.source IS 'saved memory of ChatGPT, custom instructions of ChatGPT or memory of Claude';
COMMENT ON COLUMN soulprint.memories.content IS 'its text, at most 256 KB';
COMMENT ON COLUMN soulprint.memories.noted_at IS 'latest time at which an export shows it, -infinity if that is not known';
COMMENT ON COLUMN soulprint.memories.imported_at IS 'time of the import that changed it last';

CREATE TABLE soulprint.batches (
    id            bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    pass_id       bigint NOT NULL,
    user_id       uuid,
    batch_id      text,
    state         text NOT NULL DEFAULT 'sent'
                  CHECK (state IN ('sent', 'processing', 'canceling', 'ended', 'refused', 'lost')),
    model         text NOT NULL,
    requests      int NOT NULL,
    requests_done int NOT NULL DEFAULT 0,
    questions     jsonb NOT NULL,
    reserved_usd  numeric NOT NULL,
    submitted_at  timestamptz NOT NULL DEFAULT now(),
    looked_at     timestamptz,
    ended_at      timestamptz,
    error         text
);
COMMENT ON TABLE soulprint.batches IS 'Message Batches of questions about facts';
COMMENT ON COLUMN soulprint.batches.id IS 'number of the batch here';
COMMENT ON COLUMN soulprint.batches.pass_id IS 'number of the pass that submitted it';
COMMENT ON COLUMN soulprint.batches.user_id IS 'user of the pass; NULL if that user was erased';
COMMENT ON COLUMN soulprint.batches.batch_id IS 'name of the batch at the model server; NULL if its response to the submission is not known';
COMMENT ON COLUMN soulprint.batches.state IS 'sent, processing, canceling (its pass has ended first), ended (its answers are in soulprint.replies, its cost in soulprint.costs), refused (the model server takes no batches) or lost (the model server does not have it)';
COMMENT ON COLUMN soulprint.batches.model IS 'model that is asked';
COMMENT ON COLUMN soulprint.batches.requests IS 'questions in it';
COMMENT ON COLUMN soulprint.batches.requests_done IS 'of these, those that are no longer processed, as of looked_at';
COMMENT ON COLUMN soulprint.batches.questions IS 'ids of the conversations of each question, by the SHA-256 of the question';
COMMENT ON COLUMN soulprint.batches.reserved_usd IS 'the most that it can cost, in USD; 0 once its cost is counted';
COMMENT ON COLUMN soulprint.batches.submitted_at IS 'time of the submission';
COMMENT ON COLUMN soulprint.batches.looked_at IS 'time of the last look at it; NULL before the first one';
COMMENT ON COLUMN soulprint.batches.ended_at IS 'time at which it was found ended or lost';
COMMENT ON COLUMN soulprint.batches.error IS 'reason for which it was refused, is lost, or could not be looked at last time';
CREATE INDEX batches_user_idx ON soulprint.batches (user_id);
CREATE INDEX batches_pass_idx ON soulprint.batches (pass_id);
CREATE INDEX batches_open_idx ON soulprint.batches (id) WHERE state IN ('sent', 'processing', 'canceling');
CREATE UNIQUE INDEX batches_batch_key ON soulprint.batches (batch_id);

CREATE TABLE soulprint.evaluations (
    id            bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    user_id       uuid NOT NULL,
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at      timestamptz,
    model         text NOT NULL,
    prompts       text NOT NULL,
    budget_usd    numeric NOT NULL,
    calls_made    int NOT NULL DEFAULT 0,
    input_tokens  bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    cost_usd      numeric NOT NULL DEFAULT 0,
    figures       jsonb,
    error         text
);
COMMENT ON TABLE soulprint.evaluations IS 'evaluations of profiles by soulprint_evaluate() and what they found';
COMMENT ON COLUMN soulprint.evaluations.id IS 'number of the evaluation';
COMMENT ON COLUMN soulprint.evaluations.user_id IS 'user of the profile';
COMMENT ON COLUMN soulprint.evaluations.started_at IS 'start of the evaluation';
COMMENT ON COLUMN soulprint.evaluations.ended_at IS 'end of the evaluation; NULL while it runs, and for ever if its process ended first';
COMMENT ON COLUMN soulprint.evaluations.model IS 'model that was asked';
COMMENT ON COLUMN soulprint.evaluations.prompts IS 'first twelve hex digits of the SHA-256 of all prompts in force: another wording is another digest';
COMMENT ON COLUMN soulprint.evaluations.budget_usd IS 'most that it was to cost, in USD';
COMMENT ON COLUMN soulprint.evaluations.calls_made IS 'questions sent to the model';
COMMENT ON COLUMN soulprint.evaluations.input_tokens IS 'tokens sent';
COMMENT ON COLUMN soulprint.evaluations.output_tokens IS 'tokens received';
COMMENT ON COLUMN soulprint.evaluations.cost_usd IS 'cost of all requests in USD';
COMMENT ON COLUMN soulprint.evaluations.figures IS 'value and n of each measure that was made: {"recall": {"value": 0.62, "n": 50}, ...}';
COMMENT ON COLUMN soulprint.evaluations.error IS 'reason for which there are no figures';
CREATE INDEX evaluations_user_idx ON soulprint.evaluations (user_id);
CREATE INDEX evaluations_age_idx ON soulprint.evaluations (started_at);

CREATE VIEW soulprint.day AS
    SELECT (SELECT coalesce(sum(cost_usd + lost_usd), 0) FROM soulprint.costs WHERE hour > now() - interval '25 hours') AS spent_usd,
           (SELECT coalesce(sum(reserved_usd), 0) FROM soulprint.full_passes WHERE state = 'running') +
           (SELECT coalesce(sum(reserved_usd), 0) FROM soulprint.batches WHERE state IN ('sent', 'processing', 'canceling')) +
           (SELECT coalesce(sum(greatest(budget_usd - cost_usd, 0)), 0) FROM soulprint.evaluations
            WHERE ended_at IS NULL AND started_at > now() - interval '1 day') AS set_aside_usd,
           (SELECT min(hour) FROM soulprint.costs
            WHERE hour > now() - interval '25 hours' AND cost_usd + lost_usd > 0) + interval '25 hours' AS less_at;
COMMENT ON VIEW soulprint.day IS 'what soulprint.max_cost_per_day limits: the day, by whole hours, so that a cost leaves it 24 to 25 hours after it arose';
COMMENT ON COLUMN soulprint.day.spent_usd IS 'USD spent, with the most that lost requests can have cost';
COMMENT ON COLUMN soulprint.day.set_aside_usd IS 'USD set aside by running passes, for batches, and of the budgets of evaluations';
COMMENT ON COLUMN soulprint.day.less_at IS 'time at which some of spent_usd leaves the day; NULL if nothing is spent';

SELECT pg_catalog.pg_extension_config_dump('soulprint.full_passes', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.full_passes_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.batches', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.batches_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.imports', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.imports_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.memories', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.replies', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.facts', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.facts_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.forgotten_facts', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.own_facts', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.versions', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.evaluations', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.evaluations_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.prompts', '');
SELECT pg_catalog.pg_extension_config_dump('soulprint.prices', 'WHERE NOT builtin');
SELECT pg_catalog.pg_extension_config_dump('soulprint.costs', '');

-- ---------------------------------------------------------------------------------------------------
-- private functions: settings, the queue
-- ---------------------------------------------------------------------------------------------------

CREATE FUNCTION soulprint.app_schema() RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_app_schema' LANGUAGE C STABLE;
COMMENT ON FUNCTION soulprint.app_schema()
    IS 'value of soulprint.app_schema; unlike SHOW, never a placeholder that a session has set';

CREATE FUNCTION soulprint.model_name() RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_model_name' LANGUAGE C STABLE;
COMMENT ON FUNCTION soulprint.model_name() IS 'name of the model that is asked now';

CREATE FUNCTION soulprint.model_price(OUT input_usd numeric, OUT output_usd numeric)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        -- Names of providers may stand before the model's: bedrock/us.anthropic.claude-haiku-4-5.
        SELECT p.input_usd, p.output_usd
        FROM soulprint.prices p,
             strpos(translate('/' || soulprint.model_name(), '.', '/'),
                    translate('/' || p.model, '.', '/')) AS place
        WHERE place > 0 AND p.valid_from <= now()
        ORDER BY place = 1 DESC, length(p.model) DESC, p.valid_from DESC, p.builtin LIMIT 1
    $$;
COMMENT ON FUNCTION soulprint.model_price() IS 'price of a million tokens of the current model, NULL if unknown';

CREATE FUNCTION soulprint.wake_launcher() RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_wake_launcher' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION soulprint.wake_launcher() IS 'wakes the launcher when the transaction commits; during a pause it probes then';

CREATE FUNCTION soulprint.app_table(name text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT format('%I.%I', soulprint.app_schema(), name) $$;
COMMENT ON FUNCTION soulprint.app_table(text) IS 'qualified and quoted name of an application''s table';

CREATE FUNCTION soulprint.unserved_reason() RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_unserved_reason' LANGUAGE C STABLE;
COMMENT ON FUNCTION soulprint.unserved_reason() IS 'reason why no launcher runs the passes of this database, NULL if one does';

CREATE FUNCTION soulprint.value_for_worker(query text) RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_value_for_worker' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION soulprint.value_for_worker(text)
    IS 'first value of a query that runs as soulprint_worker, with the rights of that role only';

CREATE FUNCTION soulprint.queue_full_pass(user_id uuid) RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_queue_full_pass' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION soulprint.queue_full_pass(uuid)
    IS 'queues a pass for a pending profile with something to read, if the caller may change the profile';

-- The trigger on user_profiles keeps it over an update.
CREATE OR REPLACE FUNCTION soulprint.queue_pending_profile() RETURNS trigger
    LANGUAGE plpgsql VOLATILE
    AS $$
BEGIN
    PERFORM soulprint.queue_full_pass(NEW.user_id);
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    -- Do not fail the application's statement: workers scan for pending profiles, too.
    RAISE WARNING 'could not queue a full pass for a pending profile: %', SQLERRM
        USING ERRCODE = SQLSTATE, HINT = 'Run SELECT * FROM soulprint_setup(); as a superuser.';
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION soulprint.queue_pending_profile() IS 'trigger on user_profiles: queues a pass when the status becomes pending';

CREATE FUNCTION soulprint.erase_deleted_user(user_id uuid) RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_erase_deleted_user' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION soulprint.erase_deleted_user(uuid)
    IS 'erases a user without profile from schema soulprint';

CREATE FUNCTION soulprint.erase_deleted_profile() RETURNS trigger
    LANGUAGE plpgsql VOLATILE
    AS $$
BEGIN
    PERFORM soulprint.erase_deleted_user(OLD.user_id);
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'could not erase a deleted user from schema soulprint: %', SQLERRM
        USING ERRCODE = SQLSTATE, HINT = 'Run SELECT * FROM soulprint_setup(); as a superuser; workers then erase the user.';
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION soulprint.erase_deleted_profile() IS 'trigger on user_profiles: erases the user when the profile is deleted';

-- ---------------------------------------------------------------------------------------------------
-- acting functions
-- ---------------------------------------------------------------------------------------------------

CREATE FUNCTION soulprint.column_problem(app_table regclass, attribute text, wanted text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT format('column %s.%I is of type %s, not %s', app_table, attribute,
                      format_type(a.atttypid, a.atttypmod), wanted)
        FROM pg_attribute a
        WHERE a.attrelid = app_table AND a.attname = attribute AND NOT a.attisdropped
          AND NOT a.atttypid = ANY (CASE wanted
              WHEN 'text' THEN ARRAY['text', 'varchar']
              WHEN 'int' THEN ARRAY['int2', 'int4', 'int8']
              ELSE ARRAY[wanted] END::regtype[])
    $$;
COMMENT ON FUNCTION soulprint.column_problem(regclass, text, text)
    IS 'error message if an application''s column has the wrong type, else NULL';

CREATE FUNCTION soulprint.app_columns(
        OUT app_table text, OUT attribute text, OUT type text, OUT more text, OUT rights text, OUT optional boolean, OUT description text)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        VALUES ('user_profiles', 'user_id', 'uuid', '', 'r', false,
             'user; the application inserts the row'),
            ('user_profiles', 'storage_path', 'text', '', 'r', false,
             'bucket/user-id/file of the export in Storage; the application writes it, or soulprint_start_full_pass()'),
            ('user_profiles', 'file_type', 'text', '', '', false,
             'for the application; soulprint neither reads nor writes it'),
            ('user_profiles', 'full_pass_status', 'text',
             ' CHECK (full_pass_status IN (''pending'', ''processing'', ''complete'', ''failed''))', 'rw', false,
             'NULL, pending, processing, complete or failed; the application sets pending to request a pass, workers set the rest'),
            ('user_profiles', 'full_pass_started_at', 'timestamptz', '', 'w', false,
             'start of the last attempt; workers write it'),
            ('user_profiles', 'full_pass_completed_at', 'timestamptz', '', 'w', false,
             'time at which the profile was last published; workers write it'),
            ('user_profiles', 'full_pass_error', 'text', '', 'w', false,
             'reason for a failure or a wait, at most 500 characters, NULL if there is none; workers write it'),
            ('user_profiles', 'full_pass_percent', 'int', '', 'w', true,
             'progress of the running pass, 0 to 100; workers write it'),
            ('user_profiles', 'full_pass_stage', 'text', '', 'w', true,
             'stage of the pass: download, import, chunks, facts, reduce, memory, sections or publish, then complete or failed; workers write it'),
            ('user_profiles', 'memory_md', 'text', '', 'rw', false,
             'MEMORY, as Markdown; workers write it'),
            ('user_profiles', 'soul_md', 'text', '', 'rw', false,
             'section of style and personality: a JSON object as text; workers write it'),
            ('user_profiles', 'identity_md', 'text', '', 'rw', false,
             'section of the assistant''s identity: a JSON object as text; workers write it, and keep an ai_name that is set here'),
            ('user_profiles', 'user_md', 'text', '', 'rw', false,
             'section about the user: a JSON object as text; workers write it'),
            ('user_profiles', 'agents_md', 'text', '', 'rw', false,
             'section of how the assistant operates: a JSON object as text; workers write it'),
            ('user_profiles', 'tools_md', 'text', '', 'rw', false,
             'section of capabilities and output: a JSON object as text; workers write it'),
            ('user_profiles', 'soulprint_text', 'text', '', 'rw', false,
             'the soulprint: all sections and MEMORY as one Markdown text; workers write it'),
            ('user_profiles', 'import_cost_json', 'text', '', 'w', true,
             'tokens and cost of the last pass: a JSON object as text; workers write it'),
            ('user_profiles', 'updated_at', 'timestamptz', '', 'w', true,
             'time at which a worker or soulprint_forget() last changed the row'),
            ('raw_conversations', 'user_id', 'uuid', '', 'ra', false,
             'user of the conversation'),
            ('raw_conversations', 'conversation_id', 'text', '', 'ra', false,
             'id of the conversation in its export, unique for the user'),
            ('raw_conversations', 'title', 'text', '', 'raw', false,
             'title, at most 500 characters, NULL if there is none'),
            ('raw_conversations', 'messages', 'jsonb', ' LARGE', 'raw', false,
             'visible messages in their order: [{"id", "role", "content", "timestamp"}], role is user or assistant; imports write them, workers read them'),
            ('raw_conversations', 'message_count', 'int', '', 'raw', false,
             'number of messages'),
            ('raw_conversations', 'created_at', 'timestamptz', '', 'raw', false,
             'start of the conversation, -infinity if it is not known'),
            ('raw_conversations', 'updated_at', 'timestamptz', '', 'raw', false,
             'last change of the conversation in the export, NULL if it is not known'),
            ('raw_conversations', 'imported_at', 'timestamptz', ' DEFAULT now()', 'raw', false,
             'start of the import that wrote the row last'),
            ('conversation_chunks', 'user_id', 'uuid', '', 'ra', false,
             'user of the chunk'),
            ('conversation_chunks', 'id', 'uuid', '', 'ra', false,
             'id of the chunk; it stays while the text does'),
            ('conversation_chunks', 'conversation_id', 'text', '', 'ra', false,
             'conversation of the chunk'),
            ('conversation_chunks', 'chunk_index', 'int', '', 'raw', false,
             'place of the chunk in its conversation, from 0'),
            ('conversation_chunks', 'total_chunks', 'int', '', 'raw', false,
             'number of chunks of the conversation'),
            ('conversation_chunks', 'token_count', 'int', '', 'a', false,
             'tokens of content, at four characters each'),
            ('conversation_chunks', 'title', 'text', '', 'raw', false,
             'title of the conversation'),
            ('conversation_chunks', 'content', 'text', ' LARGE', 'ra', false,
             'text of the chunk; workers write it, the application reads it, to embed it for instance'),
            ('conversation_chunks', 'chunk_tier', 'text', '', 'ra', false,
             'medium for chunks of soulprint; rows of other tiers are the application''s'),
            ('conversation_chunks', 'message_count', 'int', '', 'raw', false,
             'number of messages of the conversation'),
            ('conversation_chunks', 'is_recent', 'bool', '', 'raw', false,
             'true if the conversation is newer than 180 days'),
            ('conversation_chunks', 'created_at', 'timestamptz', '', 'raw', false,
             'start of the conversation, -infinity if it is not known')
    $$;
COMMENT ON FUNCTION soulprint.app_columns()
    IS 'columns of the application''s tables, with what workers do to each (r read, a insert, w update) and the comment that setup gives it';

CREATE FUNCTION soulprint.has_import_key(conversations regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT EXISTS (
            SELECT FROM pg_index i
            WHERE i.indrelid = conversations AND i.indisunique AND i.indisvalid AND i.indimmediate
              AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = 2
              AND ARRAY['conversation_id', 'user_id'] = ARRAY(
                  SELECT a.attname::text FROM pg_attribute a
                  WHERE a.attrelid = i.indrelid AND a.attnum IN (i.indkey[0], i.indkey[1]) ORDER BY 1))
    $$;
COMMENT ON FUNCTION soulprint.has_import_key(regclass)
    IS 'true if a unique index on (user_id, conversation_id) serves ON CONFLICT';

CREATE FUNCTION soulprint.role_problems(OUT problem text, OUT hint text, OUT stops_passes boolean) RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        WITH worker AS (SELECT oid, rolcanlogin FROM pg_roles WHERE rolname = 'soulprint_worker')
        SELECT p.problem, p.hint, p.stops_passes FROM worker w,
            pg_database d, to_regnamespace(quote_ident(soulprint.app_schema())) AS app,
            LATERAL (VALUES
                (NOT w.rolcanlogin, 'role "soulprint_worker" is not permitted to log in',
                 'Run ALTER ROLE soulprint_worker LOGIN.', true),
                (NOT has_database_privilege(w.oid, d.oid, 'CONNECT'),
                 format('role "soulprint_worker" is not permitted to connect to database "%s"', d.datname),
                 format('Run GRANT CONNECT ON DATABASE %I TO soulprint_worker.', d.datname), true),
                (NOT d.datallowconn, format('database "%s" is not accepting connections', d.datname),
                 format('Run ALTER DATABASE %I ALLOW_CONNECTIONS true.', d.datname), true),
                (d.datistemplate, format('database "%s" is a template', d.datname),
                 'Install soulprint in a database of its own: while its launcher and workers are connected, no database can be made from this one.', false),
                (soulprint.unserved_reason() IS NOT NULL,
                 format('no launcher serves database "%s": %s', d.datname, soulprint.unserved_reason()),
                 'Until then only CALL soulprint_run_full_pass() runs passes.', false),
                (app IS NULL, format('schema "%s" does not exist', soulprint.app_schema()),
                 'Create it, or point soulprint.app_schema to the schema of the application''s tables.', true),
                (NOT has_schema_privilege(w.oid, app, 'USAGE'),
                 format('role "soulprint_worker" has no USAGE privilege on schema %s', app),
                 'Run SELECT * FROM soulprint_setup(); as a superuser.', true),
                (NOT has_schema_privilege(w.oid, 'soulprint', 'USAGE')
                 OR NOT has_function_privilege(w.oid, 'soulprint.percent(text, int, int)', 'EXECUTE')
                 OR NOT has_function_privilege(w.oid, 'soulprint.queue_full_pass(uuid)', 'EXECUTE'),
                 'role "soulprint_worker" may not call soulprint.percent and soulprint.queue_full_pass',
                 'Grant USAGE on schema soulprint and EXECUTE on these functions to PUBLIC: the triggers on user_profiles call them as every role.', false)
                ) AS p (is_one, problem, hint, stops_passes)
        WHERE d.datname = current_database() AND p.is_one
        UNION ALL
        SELECT 'role "soulprint_worker" does not exist',
               'Run CREATE ROLE soulprint_worker LOGIN CONNECTION LIMIT 0, then SELECT * FROM soulprint_setup();', true
        WHERE NOT EXISTS (SELECT FROM worker)
    $$;
COMMENT ON FUNCTION soulprint.role_problems()
    IS 'what keeps workers from connecting to this database or from its schemas';

CREATE FUNCTION soulprint.table_problems(OUT problem text, OUT hint text, OUT stops_passes boolean) RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        WITH worker AS (SELECT oid FROM pg_roles WHERE rolname = 'soulprint_worker'),
        app AS (
            SELECT t.name, t.commands, soulprint.app_table(t.name) AS qualified, c.oid, c.relkind, c.relrowsecurity
            FROM (VALUES ('user_profiles', '{SELECT,UPDATE}'::text[]),
                         ('raw_conversations', '{SELECT,INSERT,UPDATE,DELETE}'),
                         ('conversation_chunks', '{SELECT,INSERT,UPDATE,DELETE}')) AS t (name, commands)
            LEFT JOIN pg_class c ON c.oid = to_regclass(soulprint.app_table(t.name))),
        app_table AS (SELECT * FROM app WHERE relkind IN ('r', 'p')),
        app_column AS (
            SELECT t.oid, t.qualified, c.*, a.attnum, a.attnotnull, a.attgenerated <> '' OR a.attidentity = 'a' AS is_generated
            FROM app_table t JOIN soulprint.app_columns() c ON c.app_table = t.name
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = c.attribute AND NOT a.attisdropped)
        SELECT format(CASE WHEN oid IS NULL THEN 'table %s does not exist' ELSE '%s is not a table' END, qualified),
               CASE WHEN oid IS NULL THEN 'Run SELECT * FROM soulprint_setup(); as a superuser.'
                    ELSE 'Rename it, or point soulprint.app_schema to another schema.' END, true
        FROM app WHERE oid IS NULL OR relkind NOT IN ('r', 'p')
        UNION ALL
        SELECT format('column %s.%I does not exist', qualified, attribute),
               'Run SELECT * FROM soulprint_setup(); as a superuser.', true
        FROM app_column WHERE attnum IS NULL AND rights <> '' AND NOT optional
        UNION ALL
        SELECT p, CASE WHEN optional THEN 'The column is not written. Change its type, or rename it and let soulprint_setup() add its own.'
                       ELSE 'Change its type, or rename it and let soulprint_setup() add its own.' END,
               -- The statements tell whether a domain will do.
               NOT optional AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                                            WHERE a.attrelid = app_column.oid AND a.attname = attribute AND t.typtype = 'd')
        FROM app_column, soulprint.column_problem(oid, attribute, type) AS p WHERE p IS NOT NULL AND rights <> ''
        UNION ALL
        SELECT format('column %s.%I is generated always, so that workers cannot write it', qualified, attribute),
               'Rename it and let soulprint_setup() add its own.', NOT optional
        FROM app_column WHERE is_generated AND rights ~ '[aw]'
        UNION ALL
        SELECT format('column %s.%I is NOT NULL, and each pass sets it to NULL', qualified, attribute),
               format('Run ALTER TABLE %s ALTER %I DROP NOT NULL.', qualified, attribute), true
        FROM app_column WHERE attnotnull AND attribute = 'full_pass_error'
        UNION ALL
        -- A trigger may fill it.
        SELECT format('column %s.%I is NOT NULL without a default, and workers do not know it', t.qualified, a.attname),
               format('Run ALTER TABLE %s ALTER %I SET DEFAULT or DROP NOT NULL.', t.qualified, a.attname),
               -- A pass over conversations that the application stored itself writes none.
               t.name <> 'raw_conversations'
        FROM app_table t JOIN pg_attribute a ON a.attrelid = t.oid JOIN pg_type y ON y.oid = a.atttypid
        WHERE 'INSERT' = ANY (t.commands) AND a.attnum > 0 AND NOT a.attisdropped
          AND (a.attnotnull OR y.typnotnull) AND NOT a.atthasdef AND a.attidentity = '' AND y.typdefault IS NULL
          AND a.attname NOT IN (SELECT attribute FROM soulprint.app_columns() c WHERE c.app_table = t.name)
          AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND g.tgenabled <> 'D' AND g.tgtype & 7 = 7)
        UNION ALL
        SELECT format('table %s has no unique index on (user_id, conversation_id) that imports can use', qualified),
               'Run SELECT * FROM soulprint_setup(); as a superuser.', false
        FROM app_table WHERE name = 'raw_conversations' AND NOT soulprint.has_import_key(oid)
        UNION ALL
        -- ON CONFLICT takes each index on these columns, and refuses this one when it runs.
        SELECT format('unique constraint %I of %s is deferrable, so that imports fail', o.conname, t.qualified),
               format('Run ALTER TABLE %s DROP CONSTRAINT %I, and create it NOT DEFERRABLE.', t.qualified, o.conname), false
        FROM app_table t JOIN pg_constraint o ON o.conrelid = t.oid
        WHERE t.name = 'raw_conversations' AND o.contype IN ('p', 'u') AND o.condeferrable
          AND ARRAY['conversation_id', 'user_id'] = ARRAY(
              SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = t.oid AND a.attnum = ANY (o.conkey) ORDER BY 1)
        UNION ALL
        SELECT format('role "soulprint_worker" has no %s privilege on %s (%s)', p.privilege, c.qualified,
                      string_agg(quote_ident(c.attribute), ', ' ORDER BY c.attnum)),
               'Run SELECT * FROM soulprint_setup(); as a superuser.',
               p.privilege = 'SELECT' OR c.qualified <> soulprint.app_table('raw_conversations')
        FROM worker w, app_column c JOIN (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE')) AS p (letter, privilege)
            ON strpos(c.rights, p.letter) > 0
        WHERE NOT has_column_privilege(w.oid, c.oid, c.attnum, p.privilege)
        GROUP BY c.qualified, p.privilege
        UNION ALL
        SELECT format('role "soulprint_worker" has no DELETE privilege on %s', t.qualified),
               'Run SELECT * FROM soulprint_setup(); as a superuser.', t.name <> 'raw_conversations'
        FROM worker w, app_table t
        WHERE 'DELETE' = ANY (t.commands) AND NOT has_table_privilege(w.oid, t.oid, 'DELETE')
        UNION ALL
        SELECT format('no policy of %s lets role "soulprint_worker" %s', t.qualified, string_agg(k, ', ' ORDER BY place)),
               format('Run DROP POLICY IF EXISTS soulprint_worker ON %s; then SELECT * FROM soulprint_setup(); as a superuser.', t.qualified),
               t.name <> 'raw_conversations' OR bool_or(k = 'SELECT')
        FROM worker w, app_table t, unnest(t.commands) WITH ORDINALITY AS u (k, place)
        WHERE t.relrowsecurity AND NOT (SELECT rolbypassrls FROM pg_roles WHERE oid = w.oid) AND NOT EXISTS (
            SELECT FROM pg_policy p
            WHERE p.polrelid = t.oid AND p.polpermissive AND p.polroles && ARRAY[0::oid, w.oid]
              AND p.polcmd::text IN ('*', CASE k WHEN 'SELECT' THEN 'r' WHEN 'INSERT' THEN 'a' WHEN 'UPDATE' THEN 'w' ELSE 'd' END))
        GROUP BY t.qualified, t.name
        UNION ALL
        SELECT format('restrictive policy %I of %s applies to role "soulprint_worker"', p.polname, t.qualified),
               'Make sure that it lets the role see and change every row, or name other roles with ALTER POLICY ... TO.', false
        FROM worker w, app_table t JOIN pg_policy p ON p.polrelid = t.oid
        WHERE t.relrowsecurity AND NOT p.polpermissive AND p.polroles && ARRAY[0::oid, w.oid]
    $$;
COMMENT ON FUNCTION soulprint.table_problems()
    IS 'what keeps workers from reading and writing the application''s tables, by the catalogs';

CREATE FUNCTION soulprint.catalog_problems(OUT problem text, OUT hint text, OUT stops_passes boolean) RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT * FROM soulprint.role_problems() UNION ALL SELECT * FROM soulprint.table_problems() $$;
COMMENT ON FUNCTION soulprint.catalog_problems()
    IS 'what keeps passes from running in this database, by the catalogs';

CREATE FUNCTION soulprint.preflight(OUT problem text, OUT hint text, OUT stops_passes boolean) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'soulprint_preflight' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION soulprint.preflight()
    IS 'what keeps passes from running in this database: the catalogs, and each statement of a worker planned as soulprint_worker; for superusers';

CREATE FUNCTION soulprint.foreign_event_triggers() RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT array_agg(e.evtname::text ORDER BY e.evtname)
        FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid JOIN pg_roles r ON r.oid = p.proowner
        WHERE NOT r.rolsuper AND e.evtenabled <> 'D'
          AND (e.evtenabled = 'A' OR (e.evtenabled = 'R') = (current_setting('session_replication_role') = 'replica'))
          AND coalesce(current_setting('event_triggers', true), 'on') = 'on'
    $$;
COMMENT ON FUNCTION soulprint.foreign_event_triggers()
    IS 'enabled event triggers whose functions do not belong to a superuser';

CREATE FUNCTION soulprint.open_tables() RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        -- Each partition has its own privileges and row security.
        WITH RECURSIVE app (id) AS (
            SELECT to_regclass(soulprint.app_table(t.name))::oid
                FROM unnest(ARRAY['user_profiles', 'raw_conversations', 'conversation_chunks']) AS t (name)
            UNION SELECT i.inhrelid FROM app JOIN pg_inherits i ON i.inhparent = app.id)
        SELECT format('table %s can be read without row security by %s', c.oid::regclass,
                      string_agg(DISTINCT coalesce(r.rolname, 'everybody'), ', '))
        FROM app JOIN pg_class c ON c.oid = app.id,
            LATERAL (SELECT c.relacl UNION ALL SELECT attacl FROM pg_attribute
                     WHERE attrelid = c.oid AND NOT attisdropped) AS given (acl),
            aclexplode(given.acl) AS a LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE NOT c.relrowsecurity AND a.privilege_type = 'SELECT'
          AND a.grantee <> c.relowner AND r.rolname IS DISTINCT FROM 'soulprint_worker'
        GROUP BY c.oid ORDER BY c.oid::regclass::text
    $$;
COMMENT ON FUNCTION soulprint.open_tables()
    IS 'warnings about tables of the application that roles other than the owner can read without row security';

CREATE FUNCTION soulprint.run_ddl(statement text, path text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    -- Names in the statement mean those of pg_catalog first; event triggers find their own, too.  The
    -- function's end restores search_path.
    PERFORM set_config('search_path', concat_ws(', ', 'pg_catalog', nullif(path, '')), true);
    EXECUTE statement;
END
$$;
COMMENT ON FUNCTION soulprint.run_ddl(text, text) IS 'runs a statement so that event triggers see this search_path';

CREATE FUNCTION soulprint.keep_for_owner(object regclass, path text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    grantee text;
BEGIN
    FOR grantee IN SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
                   FROM pg_class c, aclexplode(c.relacl) AS a
                   WHERE c.oid = object AND a.grantee <> c.relowner
    LOOP
        PERFORM soulprint.run_ddl(format('REVOKE ALL ON %s FROM %s', object, grantee), path);
    END LOOP;
END
$$;
COMMENT ON FUNCTION soulprint.keep_for_owner(regclass, text)
    IS 'revokes from other roles what default privileges have granted on a new table or view';

CREATE FUNCTION soulprint.create_indexes(path text) RETURNS text[]
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    app text := quote_ident(soulprint.app_schema());
    wanted record;
    created text[] := '{}';
BEGIN
    FOR wanted IN SELECT *, format('%s.%s', app, t.name) AS qualified FROM (VALUES
        ('soulprint_pending_idx', 'user_profiles', '{user_id,full_pass_status}'::text[], 'INDEX %s ON %s (user_id) WHERE full_pass_status::text = ''pending'''),
        ('soulprint_pending_upload_idx', 'user_profiles', '{user_id,full_pass_status,storage_path}',
         'INDEX %s ON %s (user_id) WHERE full_pass_status::text = ''pending'' AND storage_path IS NOT NULL'),
        ('soulprint_chunks_idx', 'conversation_chunks', '{user_id,conversation_id}', 'INDEX %s ON %s (user_id, conversation_id)'),
        -- Imports find the stored conversation by this key, whatever the primary key of the table is.
        ('soulprint_conversations_key', 'raw_conversations', '{user_id,conversation_id}', 'UNIQUE INDEX %s ON %s (user_id, conversation_id)')
        ) AS t (name, app_table, needs, definition)
    LOOP
        CONTINUE WHEN (SELECT count(*) FROM pg_attribute a
                       WHERE a.attrelid = soulprint.app_table(wanted.app_table)::regclass AND a.attname = ANY (wanted.needs)
                         AND NOT a.attisdropped) < cardinality(wanted.needs);
        IF wanted.app_table = 'raw_conversations' THEN
            CONTINUE WHEN soulprint.has_import_key(soulprint.app_table(wanted.app_table)::regclass);
            -- One of this name does not serve: creating it CONCURRENTLY may have failed.
            PERFORM soulprint.run_ddl(format('DROP INDEX IF EXISTS %s', wanted.qualified), path);
        END IF;
        CONTINUE WHEN to_regclass(wanted.qualified) IS NOT NULL;
        PERFORM soulprint.run_ddl('CREATE ' || format(wanted.definition, wanted.name, soulprint.app_table(wanted.app_table)), path);
        created := created || format('created index %s', wanted.qualified);
    END LOOP;
    RETURN created;
END
$$;
COMMENT ON FUNCTION soulprint.create_indexes(text)
    IS 'creates the indexes that are missing on the application''s tables, as far as their columns exist';

CREATE FUNCTION soulprint.estimate(OUT pending_profiles bigint, OUT estimated_cost_usd numeric)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    profiles text := soulprint.app_table('user_profiles');
    conversations text := soulprint.app_table('raw_conversations');
    users json;
BEGIN
    pending_profiles := soulprint.value_for_worker(
        format('SELECT count(*) FROM %s WHERE full_pass_status = ''pending''', profiles));
    -- Twenty users, from the smallest to the largest history, stand for all.
    users := soulprint.value_for_worker(format(
        'WITH sizes AS MATERIALIZED (
             SELECT p.user_id, sum(pg_column_size(c.messages)) AS bytes
             FROM %s p JOIN %s c USING (user_id) WHERE p.full_pass_status = ''pending'' GROUP BY 1),
         ranked AS (SELECT user_id, bytes, ntile(20) OVER (ORDER BY bytes, user_id) AS part FROM sizes)
         SELECT json_agg(json_build_object(''user_id'', middle, ''users'', users))
         FROM (SELECT (array_agg(user_id ORDER BY bytes))[(count(*) + 1) / 2] AS middle, count(*) AS users
               FROM ranked GROUP BY part) AS parts',
        profiles, conversations));
    SELECT round(coalesce(sum(e.cost_usd * u.users), 0), 2) INTO estimated_cost_usd
        FROM json_to_recordset(users) AS u (user_id uuid, users bigint),
             LATERAL soulprint.estimate_pass(u.user_id) AS e;
EXCEPTION WHEN OTHERS THEN
    -- Something keeps the worker from reading: soulprint.preflight() says what.
    RETURN;
END
$$;
COMMENT ON FUNCTION soulprint.estimate()
    IS 'number of pending profiles and the cost of their passes, by a sample of the users and their conversations; NULL if soulprint_worker cannot read them';

CREATE FUNCTION soulprint.grant_to_database_owner(path text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM soulprint.run_ddl(format('GRANT SELECT ON ALL TABLES IN SCHEMA soulprint TO %1$I;
                    GRANT SELECT ON ALL SEQUENCES IN SCHEMA soulprint TO %1$I',
                   (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())), path);
END
$$;
COMMENT ON FUNCTION soulprint.grant_to_database_owner(text)
    IS 'lets the owner of the database dump schema soulprint';

CREATE FUNCTION soulprint.setup(path text, OUT changes text[], OUT pending_profiles bigint, OUT estimated_cost_usd numeric)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    app text;
    profiles text;
    conversations text;
    chunks text;
    wanted record;
    given record;
    statement text;
    problem text;
    quiet text := CASE WHEN current_setting('event_triggers', true) IS NULL THEN 'session_replication_role' ELSE 'event_triggers' END;
    before text := current_setting(quiet);
    -- lz4, where the server has it, compresses large values several times faster than the default.
    large text := CASE WHEN EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression'
                                    AND 'lz4' = ANY (enumvals)) THEN 'COMPRESSION lz4' ELSE '' END;
BEGIN
    IF to_regrole('soulprint_worker') IS NULL THEN
        RAISE EXCEPTION 'role "soulprint_worker" does not exist'
            USING ERRCODE = 'undefined_object',
                  HINT = 'Run CREATE ROLE soulprint_worker LOGIN CONNECTION LIMIT 0 first.';
    END IF;
    app := soulprint.app_schema();
    profiles := soulprint.app_table('user_profiles');
    conversations := soulprint.app_table('raw_conversations');
    chunks := soulprint.app_table('conversation_chunks');
    changes := '{}';
    IF to_regnamespace(quote_ident(app)) IS NULL THEN
        RAISE EXCEPTION 'schema "%" does not exist', app
            USING ERRCODE = 'invalid_schema_name',
                  HINT = 'Create it, or point soulprint.app_schema to the schema of the application''s tables.';
    END IF;

    -- Run no code of the application as superuser: event triggers with functions of others are disabled,
    -- columns have built-in types only, and rows are read as soulprint_worker.
    IF soulprint.foreign_event_triggers() IS NOT NULL THEN
        PERFORM set_config(quiet, CASE quiet WHEN 'event_triggers' THEN 'off' ELSE 'replica' END, true);
        IF soulprint.foreign_event_triggers() IS NOT NULL THEN
            RAISE EXCEPTION 'event trigger "%" would run a function that a superuser does not own',
                (soulprint.foreign_event_triggers())[1]
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'Disable it while soulprint_setup() runs, or make a superuser the owner of its function.';
        END IF;
    END IF;

    FOR wanted IN SELECT * FROM (VALUES
        ('user_profiles', 'user_id uuid PRIMARY KEY', 'users: requests of full passes, and the profiles that they publish'),
        ('raw_conversations', 'user_id uuid NOT NULL, conversation_id text NOT NULL, PRIMARY KEY (user_id, conversation_id)',
         'conversations of the users'),
        ('conversation_chunks', 'user_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (user_id, id)',
         'conversations in pieces that can be embedded')
        ) AS t (name, definition, description)
    LOOP
        IF to_regclass(soulprint.app_table(wanted.name)) IS NULL THEN
            PERFORM soulprint.run_ddl(format('CREATE TABLE %s (%s)', soulprint.app_table(wanted.name), wanted.definition), path);
            PERFORM soulprint.keep_for_owner(soulprint.app_table(wanted.name)::regclass, path);
            PERFORM soulprint.run_ddl(format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', soulprint.app_table(wanted.name)), path);
            PERFORM soulprint.run_ddl(format('COMMENT ON TABLE %s IS %L', soulprint.app_table(wanted.name), wanted.description), path);
            FOR given IN SELECT c.* FROM soulprint.app_columns() AS c JOIN pg_attribute a
                             ON a.attrelid = soulprint.app_table(c.app_table)::regclass AND a.attname = c.attribute
                         WHERE c.app_table = wanted.name
            LOOP
                PERFORM soulprint.run_ddl(format('COMMENT ON COLUMN %s.%I IS %L', soulprint.app_table(given.app_table),
                               given.attribute, given.description), path);
            END LOOP;
            changes := changes || format('created table %s', soulprint.app_table(wanted.name));
        ELSIF (SELECT relkind FROM pg_class WHERE oid = soulprint.app_table(wanted.name)::regclass) NOT IN ('r', 'p') THEN
            RAISE EXCEPTION '% is not a table', soulprint.app_table(wanted.name)
                USING ERRCODE = 'wrong_object_type',
                      HINT = 'Rename it, or point soulprint.app_schema to another schema.';
        END IF;
    END LOOP;

    SELECT string_agg(problem_of_column, '; ') INTO problem FROM soulprint.app_columns() AS c,
        soulprint.column_problem(soulprint.app_table(c.app_table)::regclass, c.attribute, c.type) AS problem_of_column
        WHERE NOT c.optional;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION '%', problem
            USING ERRCODE = 'datatype_mismatch',
                  HINT = 'Change its type, or rename it and let soulprint_setup() add its own.';
    END IF;
    -- The estimate takes long: if the tables are there already, it comes before all locks that exclude readers.
    IF NOT EXISTS (SELECT FROM soulprint.table_problems() AS p WHERE p.problem LIKE 'no policy %')
        AND (SELECT count(*) FROM pg_attribute
             WHERE attrelid = profiles::regclass AND attname IN ('user_id', 'full_pass_status') AND NOT attisdropped
                OR attrelid = conversations::regclass AND NOT attisdropped
                   AND attname IN ('user_id', 'conversation_id', 'title', 'messages', 'created_at', 'updated_at', 'imported_at')) = 9
    THEN
        BEGIN
            PERFORM soulprint.run_ddl(format('LOCK TABLE %s, %s IN ACCESS SHARE MODE', profiles, conversations), path);
            PERFORM soulprint.run_ddl(format('GRANT USAGE ON SCHEMA %I TO soulprint_worker', app), path);
            PERFORM soulprint.run_ddl(format('GRANT SELECT ON %s, %s TO soulprint_worker', profiles, conversations), path);
            SELECT * INTO pending_profiles, estimated_cost_usd FROM soulprint.estimate();
            -- Gives its locks back: others could hold what the next step waits for, and wait for these.
            RAISE EXCEPTION USING ERRCODE = 'SPEST';
        EXCEPTION WHEN SQLSTATE 'SPEST' THEN
        END;
    END IF;

    FOR wanted IN SELECT c.* FROM soulprint.app_columns() AS c
                  WHERE NOT EXISTS (SELECT FROM pg_attribute a
                                    WHERE a.attrelid = soulprint.app_table(c.app_table)::regclass
                                      AND a.attname = c.attribute AND NOT a.attisdropped)
    LOOP
        PERFORM soulprint.run_ddl(format('ALTER TABLE %s ADD COLUMN %I %s', soulprint.app_table(wanted.app_table),
                       wanted.attribute, replace(wanted.type || wanted.more, 'LARGE', large)), path);
        PERFORM soulprint.run_ddl(format('COMMENT ON COLUMN %s.%I IS %L', soulprint.app_table(wanted.app_table),
                       wanted.attribute, wanted.description), path);
        CONTINUE WHEN format('created table %s', soulprint.app_table(wanted.app_table)) = ANY (changes);
        changes := changes || format('added column %s.%I', soulprint.app_table(wanted.app_table), wanted.attribute);
    END LOOP;

    changes := changes || soulprint.create_indexes(path);

    FOR wanted IN SELECT * FROM (VALUES
        ('soulprint_queue_pending_profile', 'INSERT OR UPDATE OF full_pass_status, storage_path',
         'WHEN (NEW.full_pass_status::text = ''pending'')', 'queue_pending_profile'),
        ('soulprint_erase_deleted_user', 'DELETE', '', 'erase_deleted_profile')
        ) AS t (name, event, condition, function)
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_trigger t
                              WHERE t.tgrelid = profiles::regclass AND t.tgname = wanted.name);
        BEGIN
            PERFORM soulprint.run_ddl(format('CREATE TRIGGER %I AFTER %s ON %s FOR EACH ROW %s EXECUTE FUNCTION soulprint.%I()',
                           wanted.name, wanted.event, profiles, wanted.condition, wanted.function), path);
            PERFORM soulprint.run_ddl(format('ALTER TRIGGER %I ON %s DEPENDS ON EXTENSION soulprint', wanted.name, profiles), path);
            changes := changes || format('created trigger %s on %s', wanted.name, profiles);
        EXCEPTION WHEN feature_not_supported OR internal_error THEN
            -- Citus refuses without an SQLSTATE of its own.  Workers do the same, every soulprint.poll_interval.
            changes := changes || format('left out trigger %s on %s: %s', wanted.name, profiles, SQLERRM);
        END;
    END LOOP;

    PERFORM soulprint.grant_to_database_owner(path);
    PERFORM soulprint.run_ddl(format('GRANT CONNECT ON DATABASE %I TO soulprint_worker', current_database()), path);
    PERFORM soulprint.run_ddl(format('GRANT USAGE ON SCHEMA %I TO soulprint_worker', app), path);
    -- A GRANT that changes nothing keeps a lock all the same, from PostgreSQL 18 on.
    FOR wanted IN SELECT * FROM (VALUES (profiles, '{SELECT,UPDATE}'::text[]), (conversations, '{SELECT,INSERT,UPDATE,DELETE}'),
                                        (chunks, '{SELECT,INSERT,UPDATE,DELETE}')) AS t (name, privileges)
    LOOP
        CONTINUE WHEN wanted.privileges <@ ARRAY(
            SELECT a.privilege_type FROM pg_class c, aclexplode(c.relacl) AS a
            WHERE c.oid = wanted.name::regclass AND a.grantee = 'soulprint_worker'::regrole);
        PERFORM soulprint.run_ddl(format('GRANT %s ON %s TO soulprint_worker', array_to_string(wanted.privileges, ', '), wanted.name), path);
    END LOOP;
    FOREACH statement IN ARRAY ARRAY[profiles, conversations, chunks] LOOP
        IF NOT EXISTS (SELECT FROM pg_policy p
                       WHERE p.polrelid = statement::regclass AND p.polname = 'soulprint_worker') THEN
            PERFORM soulprint.run_ddl(format('CREATE POLICY soulprint_worker ON %s TO soulprint_worker
                                USING (true) WITH CHECK (true)', statement), path);
            changes := changes || format('created policy soulprint_worker on %s', statement);
        END IF;
    END LOOP;
    PERFORM set_config(quiet, before, true);

    FOR problem IN SELECT * FROM soulprint.open_tables() LOOP
        changes := changes || ('to do: ' || problem);
        RAISE WARNING '%', problem
            USING HINT = 'Run ALTER TABLE ... ENABLE ROW LEVEL SECURITY, and create policies for the roles that may read.';
    END LOOP;
    FOR wanted IN SELECT * FROM soulprint.preflight() LOOP
        RAISE WARNING '%', wanted.problem USING HINT = wanted.hint;
        -- Passes run there all the same, by CALL.
        CONTINUE WHEN wanted.problem LIKE 'no launcher serves %';
        changes := changes || ('to do: ' || wanted.problem);
    END LOOP;

    IF pending_profiles IS NULL THEN
        SELECT * INTO pending_profiles, estimated_cost_usd FROM soulprint.estimate();
    END IF;
    IF (SELECT input_usd FROM soulprint.model_price()) IS NULL THEN
        estimated_cost_usd := NULL;
        RAISE WARNING 'model "%" has no price', soulprint.model_name()
            USING HINT = 'Insert its price into soulprint.prices. Until then its tokens are counted, but not its cost.';
    END IF;
    -- What kept passes from running may be mended.
    PERFORM soulprint.wake_launcher();
END
$$;
COMMENT ON FUNCTION soulprint.setup(text) IS 'does what soulprint_setup() does; event triggers see this search_path';

CREATE FUNCTION @extschema@.soulprint_setup() RETURNS TABLE (change text)
    LANGUAGE plpgsql VOLATILE
    AS $$
DECLARE
    done record;
BEGIN
    -- Names of operators are qualified: search_path is the caller's.
    IF pg_catalog.current_setting('is_superuser') OPERATOR(pg_catalog.<>) 'on' THEN
        RAISE EXCEPTION 'permission denied to set up soulprint'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'soulprint_setup() grants privileges and creates triggers on tables of any owner.',
                  HINT = 'Run it as a superuser.';
    END IF;
    SELECT s.* INTO done FROM soulprint.setup(pg_catalog.current_setting('search_path')) AS s;
    IF done.pending_profiles OPERATOR(pg_catalog.>) 0 THEN
        RAISE NOTICE 'pending profiles that workers take up: %', done.pending_profiles
            USING DETAIL = coalesce('The estimated cost of their passes is ' OPERATOR(pg_catalog.||) done.estimated_cost_usd::pg_catalog.text
                                        OPERATOR(pg_catalog.||) ' USD.',
                                    'The cost of their passes is not known.'),
                  HINT = 'While soulprint.enabled is off, they wait.';
    END IF;
    RETURN QUERY SELECT pg_catalog.unnest(done.changes);
END
$$;
COMMENT ON FUNCTION @extschema@.soulprint_setup()
    IS 'prepares the application''s tables: creates what is missing, changes and drops nothing, gives a row for each change and each thing to do; can be run again';

CREATE FUNCTION @extschema@.soulprint_import(user_id uuid, export bytea,
        OUT imported bigint, OUT updated bigint, OUT unchanged bigint, OUT memories bigint, OUT skipped bigint,
        OUT skipped_because jsonb, OUT skipped_ids text[], OUT hidden_messages jsonb, OUT replaced_characters bigint,
        OUT files_left_out text[])
    AS 'MODULE_PATHNAME', 'soulprint_import' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_import(uuid, bytea) IS 'imports an export into raw_conversations';

CREATE FUNCTION @extschema@.soulprint_import_file(user_id uuid, path text,
        OUT imported bigint, OUT updated bigint, OUT unchanged bigint, OUT memories bigint, OUT skipped bigint,
        OUT skipped_because jsonb, OUT skipped_ids text[], OUT hidden_messages jsonb, OUT replaced_characters bigint,
        OUT files_left_out text[])
    AS 'MODULE_PATHNAME', 'soulprint_import_file' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_import_file(uuid, text)
    IS 'imports an export file of the server into raw_conversations; requires the privileges of pg_read_server_files';

CREATE FUNCTION @extschema@.soulprint_start_full_pass(user_id uuid, storage_path text DEFAULT NULL, max_cost_usd numeric DEFAULT NULL,
                                                     batch boolean DEFAULT NULL) RETURNS bigint
    AS 'MODULE_PATHNAME', 'soulprint_start_full_pass' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_start_full_pass(uuid, text, numeric, boolean)
    IS 'requests a full pass for a user and returns its id, or the id of the pass that is queued or running; a queued one may then cost at most max_cost_usd, and never more than soulprint.max_cost_per_pass, and asks about facts in Message Batches as batch says, or soulprint.batch';

CREATE FUNCTION soulprint.estimate_pass(user_id uuid)
    RETURNS TABLE (conversations bigint, chunks bigint, questions bigint, remembered bigint,
                   input_tokens bigint, output_tokens bigint, cost_usd numeric, duration interval)
    AS 'MODULE_PATHNAME', 'soulprint_estimate_pass' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION soulprint.estimate_pass(uuid) IS 'does what soulprint_estimate_full_pass() does, for any user';

CREATE FUNCTION @extschema@.soulprint_estimate_full_pass(user_id uuid)
    RETURNS TABLE (conversations bigint, chunks bigint, questions bigint, remembered bigint,
                   input_tokens bigint, output_tokens bigint, cost_usd numeric, duration interval)
    AS 'MODULE_PATHNAME', 'soulprint_estimate_full_pass' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_estimate_full_pass(uuid)
    IS 'what a full pass of the user would take now, by a sample of the conversations: questions to ask, answers remembered, tokens, USD (NULL if the model has no price) and time alone on the server';

CREATE FUNCTION @extschema@.soulprint_cancel_full_pass(user_id uuid) RETURNS boolean
    AS 'MODULE_PATHNAME', 'soulprint_cancel_full_pass' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_cancel_full_pass(uuid)
    IS 'cancels the queued or running pass of a user; returns false if there is none';

CREATE FUNCTION @extschema@.soulprint_retry_failed(since interval DEFAULT NULL) RETURNS bigint
    AS 'MODULE_PATHNAME', 'soulprint_retry_failed' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_retry_failed(interval)
    IS 'requests a full pass for each user whose last pass failed, in this interval before now or ever; returns their number';

CREATE PROCEDURE @extschema@.soulprint_run_full_pass(user_id uuid)
    AS 'MODULE_PATHNAME', 'soulprint_run_full_pass' LANGUAGE C;
COMMENT ON PROCEDURE @extschema@.soulprint_run_full_pass(uuid)
    IS 'requests a full pass and waits for its end; starts a worker where no launcher does';

CREATE FUNCTION @extschema@.soulprint_facts(user_id uuid)
    RETURNS TABLE (fact_id bigint, category text, fact jsonb, quote text, verified boolean, sources jsonb,
                   said_on date, importance smallint, superseded_by bigint, conversation_title text,
                   in_memory boolean)
    AS 'MODULE_PATHNAME', 'soulprint_facts' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_facts(uuid)
    IS 'facts of a user as last published, with quotes and sources; the caller must be able to read the profile';

CREATE FUNCTION @extschema@.soulprint_why(user_id uuid, sentence text)
    RETURNS TABLE (rank int, fact_id bigint, category text, fact text, quote text, said_on date,
                   conversation_id text, conversation_title text, words text[], score numeric)
    AS 'MODULE_PATHNAME', 'soulprint_why' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_why(uuid, text)
    IS 'facts of a user that share most words with a sentence of the profile, with the quotes that show them, at most 10, best first; without a model';

CREATE FUNCTION @extschema@.soulprint_explain_sample(user_id uuid)
    RETURNS TABLE (rank int, conversation_id text, title text, created_at timestamptz, score bigint,
                   messages int, characters bigint, characters_used bigint, percent int)
    AS 'MODULE_PATHNAME', 'soulprint_explain_sample' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_explain_sample(uuid)
    IS 'conversations that a pass would make the sections from now, best first, and how many characters of each it would use';

CREATE FUNCTION @extschema@.soulprint_versions(user_id uuid)
    RETURNS TABLE (version int, replaced_at timestamptz, memory_chars int, sections_chars int, text_chars int)
    AS 'MODULE_PATHNAME', 'soulprint_versions' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_versions(uuid)
    IS 'the present profile of a user (version NULL) and the earlier ones that are kept, newest first, with the characters of MEMORY, of the sections and of soulprint_text';

CREATE FUNCTION @extschema@.soulprint_compare_versions(user_id uuid, old int, new int DEFAULT NULL)
    RETURNS TABLE (part text, change text, line text)
    AS 'MODULE_PATHNAME', 'soulprint_compare_versions' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_compare_versions(uuid, int, int)
    IS 'lines of MEMORY and fields of the sections that were removed (-) or added (+) between two versions of a profile; NULL is the present one';

CREATE FUNCTION @extschema@.soulprint_report(user_id uuid) RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_report' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_report(uuid)
    IS 'a user''s profile as one HTML page; the caller must be able to read the profile and the conversations';

CREATE FUNCTION @extschema@.soulprint_rollback(user_id uuid, version int) RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_rollback' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_rollback(uuid, int)
    IS 'publishes an earlier version of the profile again and keeps the current profile as a version';

CREATE FUNCTION @extschema@.soulprint_forget_fact(user_id uuid, fact_id bigint) RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_forget_fact' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_forget_fact(uuid, bigint)
    IS 'erases a fact and earlier versions of the profile, keeps later passes from publishing the fact again, and requests a pass';

CREATE FUNCTION @extschema@.soulprint_correct_fact(user_id uuid, fact_id bigint, new_text text) RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_correct_fact' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_correct_fact(uuid, bigint, text)
    IS 'has later passes publish this text in the place of a fact, and requests a pass';

CREATE FUNCTION @extschema@.soulprint_add_fact(user_id uuid, category text, fact text) RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_add_fact' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_add_fact(uuid, text, text)
    IS 'has later passes publish a fact that the user states, and requests a pass; the category is person, preferences, projects, dates, beliefs or decisions';

CREATE FUNCTION @extschema@.soulprint_forget(user_id uuid) RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_forget' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_forget(uuid)
    IS 'erases everything learned about a user and cancels the pass; conversations and chunks stay';

CREATE FUNCTION @extschema@.soulprint_evaluate(user_id uuid, budget_usd numeric DEFAULT 1)
    RETURNS TABLE (measure text, value double precision, n int, cost_usd numeric)
    AS 'MODULE_PATHNAME', 'soulprint_evaluate' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_evaluate(uuid, numeric)
    IS 'measures with the model how good a profile is that does not know the newest tenth of the conversations; publishes nothing and spends at most the budget';

-- ---------------------------------------------------------------------------------------------------
-- views for monitoring
-- ---------------------------------------------------------------------------------------------------

CREATE FUNCTION soulprint.percent(stage text, chunks_done int, chunks int) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT CASE stage
            WHEN 'chunks' THEN 1
            WHEN 'facts' THEN 3 + 77 * chunks_done / greatest(chunks, 1)
            WHEN 'reduce' THEN 80
            WHEN 'memory' THEN 85
            WHEN 'sections' THEN 90
            WHEN 'publish' THEN 99
            ELSE 0 END
    $$;
COMMENT ON FUNCTION soulprint.percent(text, int, int) IS 'progress of a pass in percent, by the usual duration of each stage';

CREATE FUNCTION soulprint.progress_bar(percent int) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT format('[%s%s] %s %%', repeat('#', percent / 5), repeat('-', 20 - percent / 5), percent) $$;
COMMENT ON FUNCTION soulprint.progress_bar(int) IS 'percentage as a bar of twenty characters';

CREATE FUNCTION soulprint.minutes_seconds(seconds numeric) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT format('%s:%s', div(seconds, 60), to_char(mod(floor(seconds), 60), 'FM00')) $$;
COMMENT ON FUNCTION soulprint.minutes_seconds(numeric) IS 'duration as minutes and seconds: 0:31';

CREATE FUNCTION soulprint.pause_reason() RETURNS text
    AS 'MODULE_PATHNAME', 'soulprint_pause_reason' LANGUAGE C STABLE;
COMMENT ON FUNCTION soulprint.pause_reason()
    IS 'reason why no pass can run now, NULL if there is none; members of pg_monitor see the details';

CREATE FUNCTION soulprint.clip(line text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT CASE WHEN length(line) > 52 THEN left(line, 51) || '…' ELSE line END $$;
COMMENT ON FUNCTION soulprint.clip(text) IS 'first 52 characters: what is left of 80 beside the number and the state of a pass';

CREATE FUNCTION soulprint.timed_stages(stage_seconds jsonb, stage text, stage_started_at timestamptz) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT CASE WHEN stage_started_at IS NULL THEN stage_seconds
                    ELSE stage_seconds || jsonb_build_object(stage, round(
                        coalesce((stage_seconds->>stage)::numeric, 0) + extract(epoch FROM now() - stage_started_at), 3)) END
    $$;
COMMENT ON FUNCTION soulprint.timed_stages(jsonb, text, timestamptz)
    IS 'stage_seconds of a pass, with those of its present stage';

CREATE FUNCTION soulprint.chunks_per_minute(pass soulprint.full_passes) RETURNS numeric
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT round(60 * pass.chunks_done / nullif((soulprint.timed_stages(pass.stage_seconds, pass.stage, pass.stage_started_at)->>'facts')::numeric, 0), 1) $$;
COMMENT ON FUNCTION soulprint.chunks_per_minute(soulprint.full_passes)
    IS 'chunks read in a minute of stage facts; NULL before it';

CREATE FUNCTION soulprint.progress_text(pass soulprint.full_passes) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT CASE WHEN pass.state IN ('queued', 'running') AND soulprint.pause_reason() IS NOT NULL
                        THEN soulprint.clip('paused: ' || soulprint.pause_reason())
                    WHEN pass.state = 'queued' AND pass.error LIKE 'waiting for batch %'
                        THEN soulprint.clip(regexp_replace(pass.error, ' batch .* since \S+ (\S+) UTC', ' a batch since \1 UTC'))
                    WHEN pass.state = 'queued' AND pass.not_before <= now()
                         AND soulprint.unserved_reason() IS NOT NULL
                        THEN 'queued, and no launcher serves this database'
                    ELSE soulprint.progress_bar(soulprint.percent(pass.stage, pass.chunks_done, pass.chunks)) || '  ' ||
                         CASE WHEN pass.state = 'queued' AND pass.not_before > now()
                                  THEN 'waits until ' || to_char(pass.not_before, 'HH24:MI:SS')
                              WHEN pass.state = 'queued' THEN 'waits for a free worker'
                              WHEN pass.state <> 'running' THEN pass.state
                              WHEN pass.stage = 'facts' THEN format('facts %s/%s', pass.chunks_done, pass.chunks) ||
                                  coalesce('  ' || soulprint.minutes_seconds(
                                      extract(epoch FROM now() - pass.stage_started_at) * (pass.chunks - pass.chunks_done)
                                      / nullif(pass.chunks_done, 0)) || ' left', '')
                              ELSE pass.stage END END
    $$;
COMMENT ON FUNCTION soulprint.progress_text(soulprint.full_passes)
    IS 'progress of a pass as text: [########------------] 41 %  facts 98/240  0:31 left; or why it waits';

CREATE FUNCTION soulprint.summary(pass soulprint.full_passes) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT soulprint.clip(CASE WHEN pass.state = 'done'
                                   THEN format('in %s: %s chunks%s, %s facts, %s USD', soulprint.minutes_seconds(extract(epoch FROM pass.ended_at - pass.started_at)),
                                               pass.chunks_done, CASE WHEN pass.coverage < 1 THEN format(' of %s', pass.chunks) END,
                                               pass.facts, round(pass.cost_usd, 2))
                                   ELSE regexp_replace(pass.error, '^MEMORY is published; [^:]*: ', '') END)
    $$;
COMMENT ON FUNCTION soulprint.summary(soulprint.full_passes)
    IS 'how a pass ended: in 2:14: 240 chunks, 310 facts, 1.21 USD; or the beginning of its error';

CREATE FUNCTION soulprint.server_state(OUT library_version text, OUT obstacle text, OUT obstacle_hint text,
                                       OUT paused_since timestamptz, OUT key_problem text, OUT key_hint text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'soulprint_server_state' LANGUAGE C VOLATILE ROWS 1;
COMMENT ON FUNCTION soulprint.server_state()
    IS 'what only the library knows: its version, why no pass can run, since when requests pause, why the file with the API key cannot be read';

CREATE FUNCTION soulprint.server_health() RETURNS TABLE (check_name text, status text, message text, action text)
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
        WITH server AS (
            SELECT s.*, e.extversion, current_setting('soulprint.database', true) IS NOT NULL AS preloaded,
                   soulprint.unserved_reason() AS unserved, current_setting('soulprint.provider') = 'offline' AS is_offline,
                   current_setting('max_worker_processes')::int AS slots, current_setting('soulprint.max_workers')::int AS workers
            FROM soulprint.server_state() AS s, pg_extension e WHERE e.extname = 'soulprint'),
        -- With soulprint.enabled = off a launcher is in no database.
        launcher AS (SELECT query FROM pg_stat_activity WHERE backend_type = 'soulprint launcher'
                     AND coalesce(datname, current_database()) = current_database() ORDER BY datname LIMIT 1),
        processes AS (
            SELECT count(*) FILTER (WHERE backend_type = 'soulprint worker' AND datname = current_database()) AS busy, count(*) AS taken,
                   count(*) FILTER (WHERE backend_type <> 'soulprint worker') AS others,
                   greatest(count(*) FILTER (WHERE backend_type = 'soulprint launcher'), 1) AS launchers
            FROM pg_stat_activity
            WHERE backend_type NOT IN ('client backend', 'autovacuum launcher', 'autovacuum worker', 'background writer', 'checkpointer',
                'startup', 'walreceiver', 'walsender', 'walwriter', 'archiver', 'logger', 'walsummarizer', 'slotsync worker', 'io worker'))
        SELECT 'versions', CASE WHEN extversion = library_version THEN 'ok' ELSE 'error' END,
               format('extension %s, library %s', extversion, library_version),
               CASE WHEN extversion <> library_version THEN 'ALTER EXTENSION soulprint UPDATE; -- or restart the server if the library is older' END
        FROM server
        UNION ALL
        SELECT 'preload', CASE WHEN preloaded THEN 'ok' ELSE 'error' END,
               format('shared_preload_libraries %s soulprint', CASE WHEN preloaded THEN 'names' ELSE 'does not name' END),
               CASE WHEN NOT preloaded THEN (
                   SELECT format('ALTER SYSTEM SET shared_preload_libraries = %s; -- then restart the server',
                                 string_agg(quote_ident(trim(library)), ', ' ORDER BY n))
                   FROM regexp_split_to_table(current_setting('shared_preload_libraries') || ',soulprint', ',') WITH ORDINALITY AS list (library, n)
                   WHERE trim(library) <> '') END
        FROM server
        UNION ALL
        SELECT 'launcher', CASE WHEN unserved IS NULL AND l.query IS NOT NULL THEN 'ok' ELSE 'error' END,
               CASE WHEN NOT preloaded THEN 'none runs without preloading' ELSE coalesce(unserved, nullif(split_part(l.query, ';', 1), ''), CASE WHEN l.query = '' THEN 'starts' ELSE 'none runs' END) END,
               CASE WHEN preloaded AND unserved IS NOT NULL
                        THEN format('ALTER SYSTEM SET soulprint.database = %L; -- then restart the server',
                                    concat_ws(', ', nullif(current_setting('soulprint.database'), ''), quote_ident(current_database())))
                    WHEN preloaded AND l.query IS NULL THEN 'Look into the server''s log for its last error.' END
        FROM server LEFT JOIN launcher l ON true
        UNION ALL
        SELECT 'workers', CASE WHEN p.others + p.launchers * s.workers > s.slots THEN 'warning' ELSE 'ok' END,
               format('%s of %s busy, %s of %s slots free', p.busy, s.workers, s.slots - p.taken, s.slots),
               CASE WHEN p.others + p.launchers * s.workers > s.slots
                    THEN format('ALTER SYSTEM SET max_worker_processes = %s; -- then restart the server', p.others + p.launchers * (s.workers + 1)) END
        FROM server s, processes p
        UNION ALL
        SELECT 'key', CASE WHEN key_problem IS NOT NULL OR obstacle = 'no API key is set' THEN 'error' ELSE 'ok' END,
               CASE WHEN key_problem IS NOT NULL THEN key_problem
                    WHEN is_offline THEN 'none needed: soulprint.provider is offline'
                    WHEN obstacle = 'no API key is set' THEN obstacle
                    WHEN current_setting('soulprint.vault_secret') <> '' THEN 'in Vault: workers read it'
                    WHEN current_setting('soulprint.api_key_file') = '' THEN 'none is set'
                    ELSE 'the file of soulprint.api_key_file can be read' END,
               CASE WHEN key_problem IS NOT NULL THEN key_hint WHEN obstacle = 'no API key is set' THEN obstacle_hint END
        FROM server
        UNION ALL
        SELECT 'model', CASE WHEN obstacle IS NULL THEN 'ok' WHEN obstacle = 'soulprint.enabled is off' THEN 'warning' ELSE 'error' END,
               CASE WHEN obstacle IS NULL THEN soulprint.model_name() || ': no pause'
                    ELSE coalesce(to_char(paused_since, '"paused since "Mon DD HH24:MI": "'), '') || obstacle END,
               CASE WHEN obstacle = 'soulprint.enabled is off'
                    THEN 'ALTER SYSTEM SET soulprint.enabled = on; SELECT pg_reload_conf();' ELSE obstacle_hint END
        FROM server
    $$;
COMMENT ON FUNCTION soulprint.server_health() IS 'checks of soulprint_health() on the server: library, processes, API key, model server';

CREATE FUNCTION soulprint.table_health(thorough boolean) RETURNS TABLE (check_name text, status text, message text, action text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s'
    AS $$
    DECLARE
        problems bigint;
        first record;
    BEGIN
        check_name := 'tables';
        BEGIN
            -- Another check says whether a launcher is there.
            SELECT p.problem, p.hint, p.stops_passes, count(*) OVER () AS n INTO first
            FROM (SELECT * FROM soulprint.preflight() WHERE thorough
                  UNION ALL SELECT * FROM soulprint.catalog_problems() WHERE NOT thorough) AS p
            WHERE p.problem NOT LIKE 'no launcher serves database %' ORDER BY p.stops_passes DESC LIMIT 1;
            problems := coalesce(first.n, 0);
            status := CASE WHEN problems = 0 THEN 'ok' WHEN first.stops_passes THEN 'error' ELSE 'warning' END;
            message := CASE WHEN problems = 0 THEN 'soulprint_worker can use the application''s tables' ELSE first.problem END ||
                       CASE WHEN problems > 1 THEN format(', and %s more', problems - 1) ELSE '' END;
            action := first.hint || CASE WHEN problems > 1 THEN ' SELECT * FROM soulprint.preflight(); -- all of them' ELSE '' END;
        EXCEPTION WHEN lock_not_available THEN
            status := 'warning';
            message := 'not checked: somebody locks a table of the application';
            action := 'SELECT pid, relation::regclass FROM pg_locks WHERE mode = ''AccessExclusiveLock'' AND granted;';
        END;
        RETURN NEXT;
        RETURN QUERY
            SELECT 'row security', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
                   coalesce(string_agg(o, '; '), 'no other role can read a table that lacks it'),
                   string_agg(format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', substring(o FROM '^table (.*) can be read')), ' ') ||
                   ' -- after CREATE POLICY for the roles that may read them'
            FROM soulprint.open_tables() AS o;
        RETURN QUERY
            -- What computes is IMMUTABLE and everybody's.
            WITH open_function AS (
                SELECT format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure) AS name, r.name AS role
                FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid,
                    (SELECT 'public' UNION ALL SELECT rolname FROM pg_roles WHERE rolname = 'anon') AS r (name)
                WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'soulprint')
                  AND p.proname LIKE 'soulprint\_%' AND p.provolatile <> 'i' AND has_function_privilege(r.name, p.oid, 'EXECUTE')
                UNION ALL
                SELECT format('TABLE %s', c.oid::regclass), r.name
                FROM pg_class c, (SELECT 'public' UNION ALL SELECT rolname FROM pg_roles WHERE rolname = 'anon') AS r (name)
                WHERE c.relnamespace = 'soulprint'::regnamespace AND c.relkind = 'r'
                  AND has_table_privilege(r.name, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
            SELECT 'privileges', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'error' END,
                   CASE WHEN count(*) = 0 THEN 'what acts is not open to PUBLIC or anon'
                        ELSE format('open to %s: %s', string_agg(DISTINCT o.role, ', '), string_agg(DISTINCT o.name, ', ')) END,
                   string_agg(format('REVOKE ALL ON %s FROM %s;', o.name, CASE o.role WHEN 'public' THEN 'PUBLIC' ELSE o.role END), ' ')
            FROM open_function o;
    END
    $$;
COMMENT ON FUNCTION soulprint.table_health(boolean)
    IS 'checks of soulprint_health() on tables and privileges; by the catalogs alone unless thorough';

CREATE FUNCTION soulprint.queue_health() RETURNS TABLE (check_name text, status text, message text, action text)
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
        WITH due AS (
            SELECT not_before FROM soulprint.full_passes WHERE state = 'queued' AND not_before <= now() ORDER BY not_before, id LIMIT 10000),
        put_off AS (
            SELECT not_before, error FROM soulprint.full_passes WHERE state = 'queued' AND not_before > now() ORDER BY not_before, id LIMIT 10000),
        queue AS (
            SELECT (SELECT count(*) FROM due) AS due, (SELECT now() - min(not_before) FROM due) AS age,
                   (SELECT count(*) FROM soulprint.full_passes WHERE state = 'running') AS running,
                   (SELECT count(*) FROM put_off) AS put_off,
                   (SELECT error FROM put_off WHERE error IS NOT NULL ORDER BY not_before LIMIT 1) AS reason),
        lost AS (
            SELECT count(*) AS n FROM soulprint.full_passes f
            WHERE f.state = 'running' AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = f.pid)),
        ended AS (
            SELECT count(*) AS n, count(*) FILTER (WHERE state = 'failed') AS failed
            FROM soulprint.full_passes WHERE ended_at > now() - interval '1 day'),
        stored AS (
            SELECT pg_size_pretty(sum(pg_total_relation_size(oid))) AS size FROM pg_class
            WHERE relnamespace = 'soulprint'::regnamespace AND relkind = 'r'),
        expired AS (
            -- Workers delete what is too old: without a pass nobody does.
            SELECT EXISTS (SELECT FROM soulprint.full_passes
                           WHERE ended_at < now() - current_setting('soulprint.keep_history')::interval - interval '2 days') OR
                   EXISTS (SELECT FROM soulprint.replies
                           WHERE used_at < now() - current_setting('soulprint.keep_replies')::interval - interval '2 days') AS any),
        cost AS (
            SELECT spent_usd AS usd, current_setting('soulprint.max_cost_per_day')::numeric AS most,
                   current_setting('soulprint.provider') = 'offline' AS is_offline
            FROM soulprint.day)
        SELECT 'queue', CASE WHEN age > interval '1 hour' THEN 'warning' ELSE 'ok' END,
               format('%s running, %s queued%s', running, due,
                      coalesce(' for ' || soulprint.minutes_seconds(extract(epoch FROM age)) || ' at most', '')),
               CASE WHEN age > interval '1 hour' THEN 'SELECT pass_id, progress FROM soulprint_progress;' END
        FROM queue
        UNION ALL
        SELECT 'postponed', CASE WHEN put_off = 0 THEN 'ok' ELSE 'warning' END,
               CASE put_off WHEN 0 THEN 'none' ELSE format('passes put off: %s', put_off) || coalesce(', ' || reason, '') END,
               CASE WHEN put_off > 0 THEN 'SELECT pass_id, progress, error FROM soulprint_progress;' END
        FROM queue
        UNION ALL
        SELECT 'orphans', CASE WHEN n = 0 THEN 'ok' ELSE 'warning' END, CASE n WHEN 0 THEN 'none' ELSE format('passes without a worker: %s', n) END,
               CASE WHEN n > 0 THEN 'The launcher has them taken up again; see the check "launcher".' END
        FROM lost
        UNION ALL
        SELECT 'failures', CASE WHEN failed = 0 THEN 'ok' ELSE 'warning' END, format('passes failed in a day: %s of %s', failed, n),
               CASE WHEN failed > 0 THEN 'SELECT pass_id, error FROM soulprint_history WHERE state = ''failed''; SELECT soulprint_retry_failed(''1 day'');' END
        FROM ended
        UNION ALL
        SELECT 'storage', CASE WHEN e.any THEN 'warning' ELSE 'ok' END,
               format('%s in schema soulprint%s', s.size, CASE WHEN e.any THEN ', some of it past its time' ELSE '' END),
               CASE WHEN e.any THEN 'The next pass deletes it; if passes run, look into the server''s log.' END
        FROM stored s, expired e
        UNION ALL
        SELECT 'cost', CASE WHEN is_offline THEN 'ok' WHEN m.input_usd IS NULL THEN 'warning'
                       WHEN most > 0 AND usd >= most THEN 'error' WHEN most > 0 AND usd >= 0.8 * most THEN 'warning' ELSE 'ok' END,
               CASE WHEN is_offline THEN 'none: soulprint.provider is offline'
                    WHEN m.input_usd IS NULL THEN format('no price of model %s is known: it counts as 0 USD', soulprint.model_name())
                    WHEN most = 0 THEN format('%s USD in the last day, no limit', round(usd, 2))
                    ELSE format('%s of %s USD in the last day', round(usd, 2), most) END,
               CASE WHEN is_offline THEN NULL
                    WHEN m.input_usd IS NULL
                        THEN format('INSERT INTO soulprint.prices (model, input_usd, output_usd) VALUES (%L, ..., ...);', soulprint.model_name())
                    WHEN most > 0 AND usd >= 0.8 * most
                        THEN format('ALTER SYSTEM SET soulprint.max_cost_per_day = %s; SELECT pg_reload_conf();', round(2 * most)) END
        FROM cost, soulprint.model_price() AS m
    $$;
COMMENT ON FUNCTION soulprint.queue_health() IS 'checks of soulprint_health() on passes, their rows and their cost';

CREATE FUNCTION soulprint.health(thorough boolean) RETURNS TABLE (check_name text, status text, message text, action text)
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT * FROM soulprint.server_health()
        UNION ALL SELECT * FROM soulprint.table_health(thorough)
        UNION ALL SELECT * FROM soulprint.queue_health()
    $$;
COMMENT ON FUNCTION soulprint.health(boolean)
    IS 'does what soulprint_health() does; unless thorough, plans no statement on the application''s tables';

CREATE FUNCTION @extschema@.soulprint_health() RETURNS TABLE (check_name text, status text, message text, action text)
    AS 'MODULE_PATHNAME', 'soulprint_health' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_health()
    IS 'state of soulprint in this database, a row for each check: ok, warning or error, what it means, and the statement that mends it';

CREATE FUNCTION soulprint.may_watch(user_id uuid) RETURNS boolean
    AS 'MODULE_PATHNAME', 'soulprint_may_watch' LANGUAGE C STABLE;
COMMENT ON FUNCTION soulprint.may_watch(uuid)
    IS 'true if the caller is a member of pg_monitor or may read the profile of the user; of nobody, NULL, only the former';

CREATE VIEW @extschema@.soulprint_progress WITH (security_barrier) AS
    SELECT f.id AS pass_id, f.state, soulprint.progress_text(f) AS progress, f.user_id, f.stage,
           soulprint.percent(f.stage, f.chunks_done, f.chunks) AS percent, soulprint.timed_stages(f.stage_seconds, f.stage, f.stage_started_at) AS stage_seconds,
           f.attempts, f.conversations, f.chunks, f.chunks_done, soulprint.chunks_per_minute(f) AS chunks_per_minute,
           f.chunks_failed, f.chunk_error, f.facts,
           f.calls_made, f.calls_remembered, f.coverage, f.cost_usd, f.requested_at, f.started_at, f.pid, f.error
    FROM soulprint.full_passes f
    WHERE f.state IN ('queued', 'running') AND soulprint.may_watch(f.user_id)
    ORDER BY f.state DESC, f.not_before, f.id;
COMMENT ON VIEW @extschema@.soulprint_progress IS 'queued and running passes with their progress';
COMMENT ON COLUMN @extschema@.soulprint_progress.pass_id IS 'number of the pass';
COMMENT ON COLUMN @extschema@.soulprint_progress.user_id IS 'user of the pass';
COMMENT ON COLUMN @extschema@.soulprint_progress.state IS 'queued or running';
COMMENT ON COLUMN @extschema@.soulprint_progress.stage IS 'stage of the current attempt';
COMMENT ON COLUMN @extschema@.soulprint_progress.percent IS 'progress in percent, by the usual duration of each stage';
COMMENT ON COLUMN @extschema@.soulprint_progress.progress IS 'progress as text, at most 52 characters: bar, stage, time left; or why it waits';
COMMENT ON COLUMN @extschema@.soulprint_progress.stage_seconds IS 'seconds spent in each stage, in all attempts: {"chunks": 0.4, "facts": 101.2}';
COMMENT ON COLUMN @extschema@.soulprint_progress.attempts IS 'attempts charged';
COMMENT ON COLUMN @extschema@.soulprint_progress.conversations IS 'conversations chunked';
COMMENT ON COLUMN @extschema@.soulprint_progress.chunks IS 'chunks of these conversations';
COMMENT ON COLUMN @extschema@.soulprint_progress.chunks_done IS 'chunks whose facts are known';
COMMENT ON COLUMN @extschema@.soulprint_progress.chunks_per_minute IS 'chunks read in a minute of stage facts; NULL before it';
COMMENT ON COLUMN @extschema@.soulprint_progress.chunks_failed IS 'chunks without a usable answer';
COMMENT ON COLUMN @extschema@.soulprint_progress.chunk_error IS 'reason of the last failure of a chunk; NULL if none failed';
COMMENT ON COLUMN @extschema@.soulprint_progress.facts IS 'facts found so far';
COMMENT ON COLUMN @extschema@.soulprint_progress.calls_made IS 'questions sent to the model, in all attempts';
COMMENT ON COLUMN @extschema@.soulprint_progress.calls_remembered IS 'questions answered from soulprint.replies in the current attempt';
COMMENT ON COLUMN @extschema@.soulprint_progress.coverage IS 'share of the chunks that the limit of cost lets the pass read, 0 to 1; NULL before that is known';
COMMENT ON COLUMN @extschema@.soulprint_progress.cost_usd IS 'cost of all requests in USD';
COMMENT ON COLUMN @extschema@.soulprint_progress.requested_at IS 'time of the request';
COMMENT ON COLUMN @extschema@.soulprint_progress.started_at IS 'start of the first attempt';
COMMENT ON COLUMN @extschema@.soulprint_progress.pid IS 'process ID of the last worker of the pass; NULL if that ended before the pass did';
COMMENT ON COLUMN @extschema@.soulprint_progress.error IS 'reason for waiting; of a running pass, for its last wait';

CREATE VIEW @extschema@.soulprint_history WITH (security_barrier) AS
    SELECT f.id AS pass_id, f.state, soulprint.summary(f) AS summary, f.user_id, f.attempts,
           f.requested_at, f.started_at, f.ended_at, f.ended_at - f.started_at AS duration, f.stage_seconds,
           f.conversations, f.chunks, soulprint.chunks_per_minute(f) AS chunks_per_minute, f.chunks_failed, f.chunk_error, f.facts,
           f.facts_left_out, f.items_dropped, f.drop_reasons, f.calls_made, f.calls_remembered, f.input_tokens, f.output_tokens,
           f.cost_usd, f.coverage, f.error, NULL::text AS model, NULL::text AS prompts, NULL::jsonb AS figures
    FROM soulprint.full_passes f
    WHERE f.state NOT IN ('queued', 'running') AND soulprint.may_watch(f.user_id)
    UNION ALL
    SELECT NULL, CASE WHEN e.figures IS NULL THEN 'not evaluated' ELSE 'evaluated' END,
           soulprint.clip(CASE WHEN e.figures IS NULL THEN e.error
                               ELSE format('in %s: recall %s, %s USD', soulprint.minutes_seconds(extract(epoch FROM e.ended_at - e.started_at)),
                                           coalesce(e.figures->'recall'->>'value', 'not measured'), round(e.cost_usd, 2)) END),
           e.user_id, NULL, e.started_at, e.started_at, e.ended_at, e.ended_at - e.started_at, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, e.calls_made, NULL, e.input_tokens, e.output_tokens,
           e.cost_usd, NULL, e.error, e.model, e.prompts, e.figures
    FROM soulprint.evaluations e
    WHERE e.ended_at IS NOT NULL AND soulprint.may_watch(e.user_id)
    ORDER BY ended_at DESC;
COMMENT ON VIEW @extschema@.soulprint_history IS 'ended passes and evaluations, newest first';
COMMENT ON COLUMN @extschema@.soulprint_history.pass_id IS 'number of the pass, NULL for an evaluation';
COMMENT ON COLUMN @extschema@.soulprint_history.user_id IS 'user of the pass or the evaluation';
COMMENT ON COLUMN @extschema@.soulprint_history.state IS 'done, failed or canceled; of an evaluation evaluated or not evaluated';
COMMENT ON COLUMN @extschema@.soulprint_history.summary IS 'how it ended, at most 52 characters: duration, chunks read, facts, cost; or the beginning of error';
COMMENT ON COLUMN @extschema@.soulprint_history.attempts IS 'attempts charged';
COMMENT ON COLUMN @extschema@.soulprint_history.requested_at IS 'time of the request';
COMMENT ON COLUMN @extschema@.soulprint_history.started_at IS 'start of the first attempt';
COMMENT ON COLUMN @extschema@.soulprint_history.ended_at IS 'end of the pass';
COMMENT ON COLUMN @extschema@.soulprint_history.duration IS 'time from the first attempt to the end';
COMMENT ON COLUMN @extschema@.soulprint_history.stage_seconds IS 'seconds spent in each stage, in all attempts: {"chunks": 0.4, "facts": 101.2}; without those of a worker that was killed';
COMMENT ON COLUMN @extschema@.soulprint_history.conversations IS 'conversations chunked';
COMMENT ON COLUMN @extschema@.soulprint_history.chunks IS 'chunks of these conversations';
COMMENT ON COLUMN @extschema@.soulprint_history.chunks_per_minute IS 'chunks read in a minute of stage facts; NULL if it did not come so far';
COMMENT ON COLUMN @extschema@.soulprint_history.chunks_failed IS 'chunks without a usable answer';
COMMENT ON COLUMN @extschema@.soulprint_history.chunk_error IS 'reason of the last failure of a chunk; NULL if none failed';
COMMENT ON COLUMN @extschema@.soulprint_history.facts IS 'facts after merging';
COMMENT ON COLUMN @extschema@.soulprint_history.facts_left_out IS 'facts left out of MEMORY because there were too many';
COMMENT ON COLUMN @extschema@.soulprint_history.items_dropped IS 'items of answers that became no fact';
COMMENT ON COLUMN @extschema@.soulprint_history.drop_reasons IS 'items_dropped by reason: malformed, assistant (only the assistant said the quote), invented (nobody said it), secret';
COMMENT ON COLUMN @extschema@.soulprint_history.calls_made IS 'questions sent to the model, in all attempts';
COMMENT ON COLUMN @extschema@.soulprint_history.calls_remembered IS 'questions answered from soulprint.replies in the last attempt';
COMMENT ON COLUMN @extschema@.soulprint_history.input_tokens IS 'tokens sent, with those of the server''s cache';
COMMENT ON COLUMN @extschema@.soulprint_history.output_tokens IS 'tokens received';
COMMENT ON COLUMN @extschema@.soulprint_history.cost_usd IS 'cost of all requests in USD';
COMMENT ON COLUMN @extschema@.soulprint_history.coverage IS 'share of the chunks whose facts are known, 0 to 1: less than 1 if the limit of cost did not allow all; NULL for an evaluation';
COMMENT ON COLUMN @extschema@.soulprint_history.error IS 'reason for the failure or cancellation';
COMMENT ON COLUMN @extschema@.soulprint_history.model IS 'model that an evaluation asked';
COMMENT ON COLUMN @extschema@.soulprint_history.prompts IS 'digest of the prompts that an evaluation measured: another wording is another digest';
COMMENT ON COLUMN @extschema@.soulprint_history.figures IS 'value and n of each measure of an evaluation: {"recall": {"value": 0.62, "n": 50}, ...}';

CREATE VIEW @extschema@.soulprint_costs WITH (security_barrier) AS
    SELECT (c.hour AT TIME ZONE 'UTC')::date AS day, c.user_id, c.model, c.step,
           sum(c.requests)::bigint AS requests, sum(c.retries)::bigint AS retries, sum(c.refusals)::bigint AS refusals,
           sum(c.lost)::bigint AS lost, sum(c.input_tokens)::bigint AS input_tokens,
           sum(c.cache_creation_input_tokens)::bigint AS cache_creation_input_tokens,
           sum(c.cache_read_input_tokens)::bigint AS cache_read_input_tokens,
           sum(c.output_tokens)::bigint AS output_tokens, sum(c.cost_usd) AS cost_usd,
           sum(c.lost_usd) AS lost_usd
    FROM soulprint.costs c
    WHERE soulprint.may_watch(c.user_id)
    GROUP BY 1, 2, 3, 4
    ORDER BY 1 DESC, 2, 3, 4;
COMMENT ON VIEW @extschema@.soulprint_costs IS 'what requests to the model server took, by day, user, model and step';
COMMENT ON COLUMN @extschema@.soulprint_costs.day IS 'UTC day';
COMMENT ON COLUMN @extschema@.soulprint_costs.user_id IS 'user of the pass or the evaluation; NULL if that user was erased, and for probes during a pause';
COMMENT ON COLUMN @extschema@.soulprint_costs.model IS 'model that was asked';
COMMENT ON COLUMN @extschema@.soulprint_costs.step IS 'facts, changes, reduce, memory, sections, name or evaluate; interrupted for requests in flight when a worker or the server died';
COMMENT ON COLUMN @extschema@.soulprint_costs.requests IS 'requests, whatever came of them';
COMMENT ON COLUMN @extschema@.soulprint_costs.retries IS 'requests that repeated one without an answer';
COMMENT ON COLUMN @extschema@.soulprint_costs.refusals IS 'requests that the model refused to answer';
COMMENT ON COLUMN @extschema@.soulprint_costs.lost IS 'requests of which no response tells the tokens: broken off, given up, or answered without them; the server may bill them all the same';
COMMENT ON COLUMN @extschema@.soulprint_costs.input_tokens IS 'tokens sent, without those of the server''s cache';
COMMENT ON COLUMN @extschema@.soulprint_costs.cache_creation_input_tokens IS 'tokens sent that the server wrote to its cache';
COMMENT ON COLUMN @extschema@.soulprint_costs.cache_read_input_tokens IS 'tokens sent that the server read from its cache';
COMMENT ON COLUMN @extschema@.soulprint_costs.output_tokens IS 'tokens received';
COMMENT ON COLUMN @extschema@.soulprint_costs.cost_usd IS 'cost in USD, at the prices then; 0 for a model without a price';
COMMENT ON COLUMN @extschema@.soulprint_costs.lost_usd IS 'the most that the lost requests can have cost, in USD; limits of cost count it';

CREATE FUNCTION soulprint.stat_model(OUT model text, OUT requests bigint, OUT answered bigint, OUT in_flight bigint,
        OUT mean_ms bigint, OUT p95_ms bigint, OUT max_ms bigint, OUT cut_off bigint, OUT refused bigint, OUT too_long bigint,
        OUT failed bigint, OUT unanswered bigint, OUT limited bigint, OUT blocked bigint, OUT given_up bigint, OUT limited_ms bigint,
        OUT input_tokens bigint, OUT cache_creation_input_tokens bigint, OUT cache_read_input_tokens bigint,
        OUT output_tokens bigint, OUT cost_usd double precision, OUT lost_usd double precision, OUT stats_reset timestamptz)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'soulprint_stat_model' LANGUAGE C VOLATILE ROWS 1;
COMMENT ON FUNCTION soulprint.stat_model() IS 'rows of soulprint_stat_model, from shared memory';

CREATE VIEW @extschema@.soulprint_stat_model WITH (security_barrier) AS
    SELECT s.model, s.requests, s.answered, s.in_flight, s.mean_ms, s.p95_ms, s.max_ms, s.cut_off, s.refused, s.too_long,
           s.failed, s.unanswered, s.limited, s.blocked, s.given_up, s.limited_ms, s.input_tokens,
           s.cache_creation_input_tokens, s.cache_read_input_tokens, s.output_tokens,
           round(s.cost_usd::numeric, 6) AS cost_usd, round(s.lost_usd::numeric, 6) AS lost_usd, s.stats_reset
    FROM soulprint.stat_model() AS s
    ORDER BY s.model;
COMMENT ON VIEW @extschema@.soulprint_stat_model IS 'requests to each model since the server started, in all databases; Message Batches are not among them';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.model IS 'model that was asked; "other" from the sixteenth on';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.requests IS 'requests sent: those that ended in one of the ways below, and those in flight';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.answered IS 'requests with a whole answer';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.in_flight IS 'requests that wait for their response now';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.mean_ms IS 'average time to the end of an answer or refusal, in milliseconds; NULL if there was none';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.p95_ms IS 'time in which 95 of 100 of them came, in milliseconds; up to a fifth too long';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.max_ms IS 'longest such time, in milliseconds';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.cut_off IS 'requests whose answer stopped at max_tokens';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.refused IS 'requests that the model refused to answer';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.too_long IS 'requests whose prompt did not fit the model';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.failed IS 'requests that the server rejected';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.unanswered IS 'requests that the server could not answer (408, 409, 5xx), or without a whole response';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.limited IS 'requests that met a limit of a minute or a busy server (429, 529)';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.blocked IS 'requests that met what pauses all: key, credit, address, TLS';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.given_up IS 'requests in flight when their pass was stopped';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.limited_ms IS 'time that passes waited for the server''s limits before a request, added up over passes, in milliseconds';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.input_tokens IS 'tokens sent, without those of the server''s cache';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.cache_creation_input_tokens IS 'tokens sent that the server wrote to its cache';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.cache_read_input_tokens IS 'tokens sent that the server read from its cache';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.output_tokens IS 'tokens received';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.cost_usd IS 'cost in USD, at the prices then; 0 for a model without a price';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.lost_usd IS 'the most that requests can have cost of which no response tells the tokens, in USD';
COMMENT ON COLUMN @extschema@.soulprint_stat_model.stats_reset IS 'time since which requests are counted';

CREATE FUNCTION @extschema@.soulprint_stat_reset() RETURNS void
    AS 'MODULE_PATHNAME', 'soulprint_stat_reset' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION @extschema@.soulprint_stat_reset() IS 'lets soulprint_stat_model count from nothing';

-- ---------------------------------------------------------------------------------------------------
-- rights
-- ---------------------------------------------------------------------------------------------------

-- Default privileges may have granted anything to any role.  Revoke all of it, then grant a few things by
-- name.  soulprint_worker gets no grant of its own: it runs the application's triggers and policies, which
-- must not reach the tables of this schema.
ALTER SCHEMA soulprint OWNER TO CURRENT_USER;

DO $$
DECLARE
    given record;
BEGIN
    FOR given IN
        SELECT DISTINCT m.kind, m.name, CASE a.grantee WHEN 0 THEN 'PUBLIC'
                                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS grantee
        FROM (SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind, d.objid,
                     p.oid::pg_catalog.regprocedure::text AS name, p.proowner AS owner,
                     coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)) AS acl
              FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p
                  ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
              WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                AND d.refobjid = (SELECT e.oid FROM pg_catalog.pg_extension e WHERE e.extname = 'soulprint')
              UNION ALL
              SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, d.objid,
                     c.oid::pg_catalog.regclass::text, c.relowner, c.relacl
              FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c
                  ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
              WHERE c.relkind IN ('r', 'v', 'S')
                AND d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                AND d.refobjid = (SELECT e.oid FROM pg_catalog.pg_extension e WHERE e.extname = 'soulprint')
              UNION ALL
              SELECT CASE '@extschema@' WHEN 'soulprint' THEN 'CREATE' ELSE 'SCHEMA' END, n.oid, 'soulprint', n.nspowner, n.nspacl
              FROM pg_catalog.pg_namespace n WHERE n.nspname = 'soulprint') AS m,
            pg_catalog.aclexplode(m.acl) AS a
        WHERE a.grantee <> m.owner
    LOOP
        IF given.kind = 'CREATE' THEN
            -- The administrator created this schema and decides who may use it.
            EXECUTE pg_catalog.format('REVOKE CREATE ON SCHEMA soulprint FROM %s', given.grantee);
        ELSE
            EXECUTE pg_catalog.format('REVOKE ALL ON %s %s FROM %s', given.kind, given.name, given.grantee);
        END IF;
    END LOOP;
END
$$;

SELECT soulprint.grant_to_database_owner('');

-- Functions that compute: everybody.
GRANT EXECUTE ON FUNCTION @extschema@.soulprint_score_conversation(jsonb), @extschema@.soulprint_sample_conversations(jsonb, int),
    @extschema@.soulprint_format_conversations(jsonb, int, text), @extschema@.soulprint_chunk_conversation(jsonb, int, int),
    @extschema@.soulprint_merge_facts(jsonb[]), @extschema@.soulprint_parse_sections(text), @extschema@.soulprint_assemble_text(jsonb, text) TO PUBLIC;

-- Triggers call these as the role that changes a profile.  They do nothing that the caller has no right to.
GRANT USAGE ON SCHEMA soulprint TO PUBLIC;
GRANT EXECUTE ON FUNCTION soulprint.queue_full_pass(uuid), soulprint.erase_deleted_user(uuid) TO PUBLIC;

-- The views call these as the role that reads them; each role sees only what the grant on the view allows.
GRANT EXECUTE ON FUNCTION soulprint.percent(text, int, int), soulprint.progress_bar(int), soulprint.minutes_seconds(numeric),
    soulprint.clip(text), soulprint.timed_stages(jsonb, text, timestamptz), soulprint.chunks_per_minute(soulprint.full_passes),
    soulprint.progress_text(soulprint.full_passes), soulprint.summary(soulprint.full_passes),
    soulprint.pause_reason(), soulprint.unserved_reason(), soulprint.may_watch(uuid) TO PUBLIC;
GRANT SELECT ON @extschema@.soulprint_progress, @extschema@.soulprint_history, @extschema@.soulprint_costs,
    @extschema@.soulprint_stat_model, soulprint.day TO pg_monitor;
GRANT EXECUTE ON FUNCTION @extschema@.soulprint_health(), soulprint.stat_model() TO pg_monitor;

-- The launcher may be waiting for this extension: wake it when the transaction commits.
SELECT soulprint.wake_launcher();
