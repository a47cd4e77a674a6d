"""The three endpoints as one would write them with FastAPI and SQLite, for the comparison in docs/performance.md.

Much less is promised than callmem does: no extraction, no ranking beyond FTS5's own, no ledger. What an event says is
stored as it stands, in one synced transaction, before the answer. client-data and search-data answer with the same
fields from the same data as callmem, so that as much JSON is made.

    DATABASE=FILE SECRET=TEXT uvicorn --workers 2 app:app
"""

import hashlib
import hmac
import json
import os
import re
import sqlite3
import threading
import time
from typing import Optional

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

SECRET = os.environ["SECRET"].encode()
app = FastAPI()
local = threading.local()


def database():
    """A connection of this thread's own, kept."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["DATABASE"], timeout=5, isolation_level=None)
        local.connection.execute("PRAGMA journal_mode = WAL")
        local.connection.execute("PRAGMA synchronous = FULL")
    return local.connection


def check_key(key):
    if not hmac.compare_digest((key or "").encode(), SECRET):
        raise HTTPException(401, "invalid_secret")


def check_signature(header, body):
    parts = dict(part.split("=", 1) for part in (header or "").split(",") if "=" in part)
    if abs(time.time() - int(parts.get("t", "0"))) > 1800:
        raise HTTPException(401, "timestamp_out_of_tolerance")
    wanted = hmac.new(SECRET, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, parts.get("v0", "")):
        raise HTTPException(401, "invalid_signature")


class ClientData(BaseModel):
    caller_id: str
    agent_id: Optional[str] = None
    called_number: Optional[str] = None
    call_sid: Optional[str] = None


class Search(BaseModel):
    query: str = Field(min_length=1, max_length=2000)
    caller_id: str
    limit: int = Field(10, ge=1, le=50)


def profile(caller):
    row = database().execute("SELECT document FROM profiles WHERE caller = ?", (caller,)).fetchone()
    return json.loads(row[0]) if row else {}


# A read takes less than handing it to a thread would.
@app.post("/webhook/client-data")
async def client_data(request: ClientData, x_api_key: str = Header(None)):
    check_key(x_api_key)
    known = profile(request.caller_id)
    variables = {"caller_known": bool(known), "caller_id": request.caller_id}
    variables.update({name: value for name, value in known.items() if name not in ("version", "language")})
    return JSONResponse({"type": "conversation_initiation_client_data", "dynamic_variables": variables})


@app.post("/webhook/search-data")
async def search_data(request: Search, x_api_key: str = Header(None)):
    check_key(x_api_key)
    # The caller stands in the index as a word of its own, so that FTS5 meets no other callers' rows.
    caller = "c" + re.sub(r"\D", "", request.caller_id)
    words = " OR ".join('"%s"' % word for word in re.findall(r"\w+", request.query))
    rows = database().execute(
        "SELECT m.id, m.content, m.kind, m.speaker, m.conversation, m.created_at, bm25(words) "
        "FROM words JOIN memories m ON m.id = words.rowid "
        "WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?",
        (f'caller : "{caller}" AND content : ({words})', request.limit),
    )
    memories = [
        {
            "id": str(row[0]), "content": row[1], "sector": "episodic", "kind": row[2], "speaker": row[3],
            "salience": 0.5, "score": -row[6], "conversation_id": row[4],
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(row[5])),
        }
        for row in rows
    ]
    context = "\n".join(f'{memory["created_at"][:10]}: {memory["content"]}' for memory in memories)
    known = profile(request.caller_id)
    return JSONResponse({
        "count": len(memories), "memories": memories, "context": context[:2000],
        "profile": {"caller_name": known.get("caller_name", ""), "call_count": known.get("call_count", 0)},
    })


def keep(event):
    data = event["data"]
    caller = data["metadata"]["phone_call"]["external_number"]
    word, started = "c" + re.sub(r"\D", "", caller), data["metadata"]["start_time_unix_secs"]
    turns = [("turn", turn["role"], turn["message"]) for turn in data["transcript"] if turn["message"]]
    turns.append(("summary", "", data["analysis"]["transcript_summary"]))
    connection = database()
    connection.execute("BEGIN IMMEDIATE")
    try:
        new = connection.execute("INSERT OR IGNORE INTO events VALUES(?)", (data["conversation_id"],)).rowcount
        for kind, speaker, content in turns if new else ():
            memory = connection.execute(
                "INSERT INTO memories(caller, conversation, kind, speaker, content, created_at) VALUES(?, ?, ?, ?, ?, ?)",
                (caller, data["conversation_id"], kind, speaker, content, started),
            ).lastrowid
            connection.execute("INSERT INTO words(rowid, caller, content) VALUES(?, ?, ?)", (memory, word, content))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return "accepted" if new else "duplicate"


# A commit waits for the disk, so it is handed to a thread.
@app.post("/webhook/post-call")
async def post_call(request: Request, elevenlabs_signature: str = Header(None)):
    body = await request.body()
    check_signature(elevenlabs_signature, body)
    event = json.loads(body)
    status = await run_in_threadpool(keep, event)
    return JSONResponse({
        "status": status, "type": event["type"], "conversation_id": event["data"]["conversation_id"],
    })


@app.get("/health")
async def health():
    database().execute("SELECT count(*) FROM (SELECT 1 FROM profiles LIMIT 1)")
    return JSONResponse({"status": "ok"})
