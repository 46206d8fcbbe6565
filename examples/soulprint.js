// Asks for a user's soulprint, waits for it and prints it.  For node-postgres; PGHOST, PGUSER, … say where.
//
//   node soulprint.js USER_ID

const { once } = require('node:events');
const { Client } = require('pg');

const look = 'SELECT full_pass_status, full_pass_error, soulprint_text FROM user_profiles WHERE user_id = $1';

async function soulprint(db, user) {
  await db.connect();
  await db.query('LISTEN soulprint');
  await db.query('SELECT soulprint_start_full_pass($1)', [user]);
  for (;;) {
    const notified = once(db, 'notification', { signal: AbortSignal.timeout(60000) }).catch(() => {});
    const { rows: [profile] } = await db.query(look, [user]);
    if (profile.full_pass_status === 'complete') return profile.soulprint_text;
    if (profile.full_pass_status === 'failed') throw new Error(profile.full_pass_error);
    await notified; // of any user; or a minute
  }
}

const db = new Client();
db.on('error', () => {}); // the connection is lost: the next query says so
soulprint(db, process.argv[2])
  .then(console.log, (error) => { console.error(error.message, `[${error.code ?? 'client'}]`); process.exitCode = 1; })
  .finally(() => db.end());
