-- Settings: what ALTER SYSTEM refuses (doc/behavior.md, "Settings").

-- Addresses.
ALTER SYSTEM SET soulprint.api_url = 'not a url';
ALTER SYSTEM SET soulprint.api_url = '';
ALTER SYSTEM SET soulprint.api_url = 'ftp://llm.example.com';
ALTER SYSTEM SET soulprint.api_url = 'https://name:word@llm.example.com';
ALTER SYSTEM SET soulprint.api_url = 'https://llm.example.com?version=1';
ALTER SYSTEM SET soulprint.storage_url = 'project.supabase.co';
ALTER SYSTEM SET soulprint.proxy = 'ftp://proxy.example.com';
ALTER SYSTEM SET soulprint.plain_http_hosts = 'llm.internal:4000';
ALTER SYSTEM SET soulprint.plain_http_hosts = 'llm.internal,,10.0.0.7';
ALTER SYSTEM SET soulprint.storage_buckets = 'exports/2025';
ALTER SYSTEM SET soulprint.storage_buckets = 'exports,';

-- Names.
ALTER SYSTEM SET soulprint.app_schema = '';
ALTER SYSTEM SET soulprint.database = '';
ALTER SYSTEM SET soulprint.database = 'app,';
ALTER SYSTEM SET soulprint.database = 'My app';
ALTER SYSTEM SET soulprint.database = 'app, ""';
ALTER SYSTEM SET soulprint.database = 'app, "App", "app"';
ALTER SYSTEM SET soulprint.database = a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q;
ALTER SYSTEM SET soulprint.model = ' ';
ALTER SYSTEM SET soulprint.provider = 'anybody';
ALTER SYSTEM SET soulprint.vault_secret = ' ';

-- Files: a path must be absolute; a missing file may come later.
ALTER SYSTEM SET soulprint.api_key_file = 'key';
ALTER SYSTEM SET soulprint.storage_key_file = '~/key';
ALTER SYSTEM SET soulprint.ca_file = 'ca.pem';
ALTER SYSTEM SET soulprint.ca_file = '/no/such/ca.pem';
ALTER SYSTEM RESET soulprint.ca_file;

-- Accepted.
ALTER SYSTEM SET soulprint.api_url = 'https://llm.example.com:8443/base/';
ALTER SYSTEM SET soulprint.plain_http_hosts = 'llm.internal, 10.0.0.7, fd00::1';
ALTER SYSTEM SET soulprint.proxy = 'proxy.example.com:3128';
ALTER SYSTEM SET soulprint.storage_buckets = 'exports, imports';
ALTER SYSTEM SET soulprint.storage_url = '';
ALTER SYSTEM SET soulprint.database = 'app, App, "My app, too", "say ""hi"""';
ALTER SYSTEM SET soulprint.database = a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
ALTER SYSTEM RESET soulprint.database;
ALTER SYSTEM RESET soulprint.api_url;
ALTER SYSTEM RESET soulprint.plain_http_hosts;
ALTER SYSTEM RESET soulprint.proxy;
ALTER SYSTEM RESET soulprint.storage_buckets;
ALTER SYSTEM RESET soulprint.storage_url;

-- A session sets none of them.
SET soulprint.api_url = 'https://llm.example.com';
