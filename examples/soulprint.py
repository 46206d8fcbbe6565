"""Asks for a user's soulprint, waits for it and prints it.  For psycopg 3; PGHOST, PGUSER, … say where.

    python3 soulprint.py USER_ID
"""

import select
import sys

import psycopg

LOOK = "SELECT full_pass_status, full_pass_error, soulprint_text FROM user_profiles WHERE user_id = %s"

try:
    with psycopg.connect(autocommit=True) as db:
        db.execute("LISTEN soulprint")
        db.execute("SELECT soulprint_start_full_pass(%s)", [sys.argv[1]])
        while True:
            status, error, text = db.execute(LOOK, [sys.argv[1]]).fetchone()
            if status == "failed":
                sys.exit(error)
            if status == "complete":
                break
            select.select([db], [], [], 60)  # a notification, of any user; or a minute
        print(text)
except psycopg.Error as e:
    sys.exit(f"{e} [{e.sqlstate or 'client'}]")
