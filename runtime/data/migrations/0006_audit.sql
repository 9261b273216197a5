-- Up Migration

-- Who looked at whose data, when and why. Each entry holds the hash of the one before it: none can be changed or taken
-- away without the next one telling. It holds ids and reasons, no personal data, and outlives what it speaks of.
create table audit_entries (
  id uuid primary key default new_id(),
  -- 1, 2, 3, … without gaps: the chain counts, not a sequence, which would leave some.
  position bigint not null unique,
  at timestamptz not null,
  region text not null,
  actor text not null,
  reason text not null,
  action text not null,
  resource text not null,
  resource_id text,
  -- Empty where the whole cell is meant.
  tenant_id uuid,
  -- Whose data it was, also after he was erased.
  caller_id uuid,
  -- `json` keeps the very text that was hashed.
  details json,
  previous_hash bytea not null,
  hash bytea not null
);
create index audit_entries_by_tenant on audit_entries (tenant_id, position);
create index audit_entries_by_caller on audit_entries (caller_id, position) where caller_id is not null;
create index audit_entries_by_resource on audit_entries (resource_id) where resource_id is not null;
call isolate_tenants('audit_entries');
grant select on audit_entries to voicecell_admin;

-- Where the chain ends: without it nobody would miss its last entries. One row.
create table audit_head (
  id uuid primary key default new_id(),
  position bigint not null,
  hash bytea not null
);
create unique index audit_head_is_one on audit_head ((true));
insert into audit_head (position, hash) values (0, sha256('voicecell audit'));
grant select on audit_head to voicecell_admin;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception using errcode = 'insufficient_privilege', message = format('%s can only be added to', tg_table_name);
end $$;
create trigger append_only before update or delete on audit_entries for each row execute function refuse_change();
create trigger append_only_table before truncate on audit_entries for each statement execute function refuse_change();

-- `5:hello`, `-:` for nothing: no two lists of fields read the same.
create function audit_field(field text) returns text language sql immutable parallel safe as $$
  select case when field is null then '-:' else octet_length(convert_to(field, 'UTF8')) || ':' || field end
$$;

-- The same in runtime/compliance/audit/chain.ts, which trusts no function of the database.
create function audit_hash(entry audit_entries) returns bytea language sql stable as $$
  select sha256(entry.previous_hash || convert_to(
    audit_field(entry.position::text)
    || audit_field(to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit_field(entry.region) || audit_field(entry.actor) || audit_field(entry.reason) || audit_field(entry.action)
    || audit_field(entry.resource) || audit_field(entry.resource_id) || audit_field(entry.tenant_id::text)
    || audit_field(entry.caller_id::text) || audit_field(entry.details::text), 'UTF8'))
$$;

-- The only way in. Entries are made one after the other: whoever appends holds the end of the chain until he commits.
create function append_audit(
  actor text, reason text, action text, resource text, resource_id text, tenant_id uuid, caller_id uuid, details json
) returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  head audit_head;
  entry audit_entries;
begin
  select * into strict head from audit_head for update;
  entry.id := new_id();
  entry.position := head.position + 1;
  -- Never earlier than the entry before it, whatever the server's clock does.
  entry.at := greatest(clock_timestamp(), (select max(e.at) from audit_entries e where e.position = head.position));
  entry.region := coalesce((select cell.region from cell), 'unclaimed');
  entry.actor := actor;
  entry.reason := reason;
  entry.action := action;
  entry.resource := resource;
  entry.resource_id := resource_id;
  entry.tenant_id := tenant_id;
  entry.caller_id := caller_id;
  entry.details := details;
  entry.previous_hash := head.hash;
  entry.hash := audit_hash(entry);
  insert into audit_entries values (entry.*);
  update audit_head set position = entry.position, hash = entry.hash;
  return entry.position;
end $$;
revoke execute on function append_audit from public;
grant execute on function append_audit to voicecell_admin;

-- Down Migration

drop function append_audit;
drop function audit_hash;
drop function audit_field;
drop table audit_head;
drop table audit_entries;
drop function refuse_change;
