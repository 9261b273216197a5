-- Up Migration

-- Keys are UUIDs made by the process, never numbers counted by a server: rows of two cells can meet without a clash.
create table conversations (
  id uuid primary key,
  -- The channel's own id of the call (Twilio's CallSid), where it has one.
  call_id text,
  channel text not null,
  agent text not null,
  agent_version text not null,
  region text not null,
  started_at timestamptz not null,
  -- Empty while the call is up, and for ever if its process died and nobody took the call up again.
  ended_at timestamptz,
  end_reason text,
  duration_ms integer
);

create index conversations_by_start on conversations (started_at desc, id desc);

create table conversation_events (
  conversation_id uuid not null references conversations on delete cascade,
  -- 0, 1, 2, … within the conversation, given by the process. Together with the id it makes a repeated insert harmless.
  sequence integer not null check (sequence >= 0),
  at timestamptz not null,
  at_ms integer not null,
  type text not null,
  body jsonb not null,
  primary key (conversation_id, sequence)
);

-- Down Migration

drop table conversation_events;
drop table conversations;
