-- Up Migration

-- What was kept before there were tenants is nobody's, and cannot be shown to anybody. No cell was ever deployed with it.
delete from conversations;

-- A caller is known by a keyed hash of his number: two calls of one person can be told to be that, and he can be found
-- by somebody who knows his number and holds the key. The number itself is nowhere.
create table callers (
  id uuid primary key default new_id(),
  tenant_id uuid not null references tenants,
  number_hash bytea not null check (octet_length(number_hash) = 32),
  first_called_at timestamptz not null default now(),
  -- He wants his data used for nothing but the call itself: no recording, no analytics.
  opted_out_at timestamptz,
  unique (tenant_id, number_hash),
  unique (id, tenant_id)
);
call isolate_tenants('callers');
grant select on callers to voicecell_runtime;
grant select, insert, update, delete on callers to voicecell_admin;

alter table conversations
  add column tenant_id uuid not null references tenants,
  add column caller_id uuid,
  add foreign key (caller_id, tenant_id) references callers (id, tenant_id),
  add unique (id, tenant_id);
drop index conversations_by_start;
create index conversations_by_start on conversations (tenant_id, started_at desc, id desc);
create index conversations_by_caller on conversations (caller_id) where caller_id is not null;
call isolate_tenants('conversations');
grant select on conversations to voicecell_runtime;
grant select, update, delete on conversations to voicecell_admin;
create trigger residency before insert or update on conversations for each row execute function refuse_breach();

alter table conversation_events
  add column tenant_id uuid not null,
  drop constraint conversation_events_conversation_id_fkey,
  add foreign key (conversation_id, tenant_id) references conversations (id, tenant_id) on delete cascade;
call isolate_tenants('conversation_events');
grant select on conversation_events to voicecell_runtime;
grant select, update, delete on conversation_events to voicecell_admin;

-- What a caller was asked, in which words, whether they were played to the end, what he said, and whether he still
-- means it. Derived from the events of his call, and kept as long as the law wants the proof.
create table consents (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null,
  caller_id uuid,
  purpose text not null,
  jurisdiction text not null,
  wording text not null,
  wording_version text not null,
  language text not null,
  asked_at timestamptz not null,
  -- The channel acknowledged the last word of it.
  played_at timestamptz,
  answer text check (answer in ('yes', 'no', 'none')),
  answered_by text,
  answered_at timestamptz,
  withdrawn_at timestamptz,
  withdrawn_by text,
  -- A yes to words that were not heard is none.
  check (answer is distinct from 'yes' or played_at is not null),
  foreign key (caller_id, tenant_id) references callers (id, tenant_id)
);
create index consents_by_tenant on consents (tenant_id, asked_at desc, id desc);
create index consents_by_conversation on consents (conversation_id);
create index consents_by_caller on consents (caller_id) where caller_id is not null;
call isolate_tenants('consents');
grant select on consents to voicecell_runtime;
grant select, update, delete on consents to voicecell_admin;

create table recordings (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  conversation_id uuid not null,
  caller_id uuid,
  object_key text not null,
  started_at timestamptz not null,
  -- Empty while it grows; `complete`, `cut`, `withdrawn` or `failed` afterwards.
  outcome text,
  finished_at timestamptz,
  bytes bigint,
  duration_ms integer,
  foreign key (caller_id, tenant_id) references callers (id, tenant_id)
);
create index recordings_by_tenant on recordings (tenant_id, started_at);
create index recordings_by_conversation on recordings (conversation_id);
create index recordings_by_caller on recordings (caller_id) where caller_id is not null;
call isolate_tenants('recordings');
grant select on recordings to voicecell_runtime;
grant select, update, delete on recordings to voicecell_admin;

-- Conversations that were erased at somebody's request. What still comes of them, from a call that is up or a queue that
-- waited, is not written any more. Only ids: nothing here says whose they were.
create table erasures (
  conversation_id uuid primary key,
  tenant_id uuid not null references tenants,
  erased_at timestamptz not null default now()
);
call isolate_tenants('erasures');
grant select, insert on erasures to voicecell_admin;

-- Down Migration

drop table erasures;
drop table recordings;
drop table consents;
delete from conversations;
drop trigger residency on conversations;
drop policy one_tenant on conversation_events;
drop policy one_tenant_or_cell on conversation_events;
drop policy one_tenant on conversations;
drop policy one_tenant_or_cell on conversations;
alter table conversation_events disable row level security;
alter table conversations disable row level security;
alter table conversation_events
  drop column tenant_id,
  add foreign key (conversation_id) references conversations on delete cascade;
alter table conversations drop column tenant_id, drop column caller_id;
create index conversations_by_start on conversations (started_at desc, id desc);
drop table callers;
revoke all on conversations, conversation_events from voicecell_runtime, voicecell_admin;
