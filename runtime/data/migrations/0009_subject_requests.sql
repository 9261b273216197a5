-- Up Migration

-- What people asked for about their data, and what came of it. No residency trigger: a tenant that may not be here can
-- still be asked to delete what is.
create table subject_requests (
  id uuid primary key default new_id(),
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('access', 'export', 'delete', 'rectify', 'optout', 'withdraw')),
  -- Who, by the keyed hash of his number, whether or not he ever called. Emptied when he was deleted and nothing of him
  -- can come any more.
  subject_hash bytea check (octet_length(subject_hash) = 32),
  state text not null default 'received' check (state in ('received', 'running', 'done', 'refused', 'failed')),
  -- How whoever took the request made sure who asks.
  verified_by text not null check (length(verified_by) between 1 and 100),
  -- Words to be put in the place of others. Emptied once they are.
  input jsonb,
  jurisdiction text not null,
  law text not null,
  requested_at timestamptz not null default now(),
  due_at timestamptz not null,
  completed_at timestamptz,
  actor text not null,
  reason text not null,
  -- How far it has come: enough for another process to go on.
  progress jsonb not null default '{}',
  result jsonb,
  -- The process that works on it, which must say so again before this time; after it another may.
  worker uuid,
  leased_until timestamptz,
  attempts integer not null default 0,
  -- A deletion is looked at again after it is done: a process that was cut off may still write what it held.
  look_again_at timestamptz,
  unique (id, tenant_id)
);
-- The same wish of the same person, while it is open, is one request.
create unique index subject_requests_open on subject_requests (tenant_id, subject_hash, kind, md5(coalesce(input::text, '')))
  where state in ('received', 'running');
create index subject_requests_by_tenant on subject_requests (tenant_id, requested_at desc, id desc);
create index subject_requests_by_subject on subject_requests (tenant_id, subject_hash) where subject_hash is not null;
create index subject_requests_by_due on subject_requests (due_at) where state in ('received', 'running', 'failed');
create index subject_requests_to_look_at on subject_requests (look_again_at) where look_again_at is not null;
call isolate_tenants('subject_requests');
grant select, insert, update on subject_requests to voicecell_admin;

-- At whose request, so that what was erased can be counted again.
alter table erasures
  add column request_id uuid,
  add foreign key (request_id, tenant_id) references subject_requests (id, tenant_id);
grant update (request_id) on erasures to voicecell_admin;
create index erasures_by_request on erasures (request_id) where request_id is not null;

-- Down Migration

revoke update (request_id) on erasures from voicecell_admin;
alter table erasures drop column request_id;
drop table subject_requests;
