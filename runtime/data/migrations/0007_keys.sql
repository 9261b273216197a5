-- Up Migration

-- Who may administer what over HTTP. The secret itself is nowhere: it is 256 random bits, which nobody guesses from
-- their SHA-256; a slow hash protects passwords, which people choose, and would only make every request slow.
create table api_keys (
  id uuid primary key default new_id(),
  -- Empty for a key of the cell, which may name any tenant.
  tenant_id uuid references tenants,
  role text not null check (role in ('operator', 'admin', 'agent-developer', 'auditor')),
  name text not null check (length(name) between 1 and 200),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- To the minute: a row is not written for every request.
  last_used_at timestamptz,
  revoked_at timestamptz,
  rotated_from uuid references api_keys,
  check (case role when 'operator' then tenant_id is null when 'auditor' then true else tenant_id is not null end)
);
create index api_keys_by_tenant on api_keys (tenant_id, id);
create index api_keys_by_origin on api_keys (rotated_from) where rotated_from is not null;
call isolate_tenants('api_keys');
grant select, insert, update (expires_at, last_used_at, revoked_at) on api_keys to voicecell_admin;

-- What a write was answered, so that a repetition is answered the same and changes nothing. Written in the transaction
-- of the change: one of two that come at once waits here for the other.
create table idempotency_keys (
  id uuid primary key default new_id(),
  tenant_id uuid references tenants,
  api_key_id uuid not null references api_keys on delete cascade,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  -- SHA-256 of what was asked: the same key with another request is a mistake.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  status integer,
  -- Encrypted with the secret of the API key: only who asked can read the answer again.
  answer bytea,
  created_at timestamptz not null default now(),
  unique (api_key_id, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
create index idempotency_keys_by_tenant on idempotency_keys (tenant_id) where tenant_id is not null;
call isolate_tenants('idempotency_keys');
grant select, insert, update (status, answer), delete on idempotency_keys to voicecell_admin;

-- Down Migration

drop table idempotency_keys;
drop table api_keys;
