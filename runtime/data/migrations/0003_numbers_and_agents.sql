-- Up Migration

-- Versions of agents: never changed once made, so that a conversation can always be read beside what answered it.
create table agents (
  id uuid primary key default new_id(),
  tenant_id uuid not null references tenants,
  name text not null,
  version text not null,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  unique (tenant_id, name, version),
  unique (id, tenant_id)
);
call isolate_tenants('agents');
grant select on agents to voicecell_runtime;
grant select, insert, delete on agents to voicecell_admin;

create table phone_numbers (
  id uuid primary key default new_id(),
  tenant_id uuid not null references tenants,
  -- One tenant a number, in the whole cell.
  number text not null unique check (number ~ '^\+[1-9][0-9]{6,14}$'),
  region text not null,
  agent_id uuid not null,
  created_at timestamptz not null default now(),
  foreign key (agent_id, tenant_id) references agents (id, tenant_id)
);
create index phone_numbers_by_tenant on phone_numbers (tenant_id, id);
create index phone_numbers_by_agent on phone_numbers (agent_id);
call isolate_tenants('phone_numbers');
grant select, insert, update, delete on phone_numbers to voicecell_admin;
create trigger residency before insert or update on phone_numbers for each row execute function refuse_breach();

-- Who answers a number. The one question that is asked before a tenant is known; it tells no more than it must.
create function answering(called text) returns table (
  tenant_id uuid, data_residency text, agent_id uuid, definition jsonb, breach text, closed boolean
) language sql stable security definer set search_path = public, pg_temp as $$
  select tenants.id, tenants.data_residency, agents.id, agents.definition,
    coalesce(residency_breach(tenants.region, tenants.data_residency), residency_breach(phone_numbers.region, tenants.data_residency)),
    tenants.closed_at is not null
  from phone_numbers join tenants on tenants.id = phone_numbers.tenant_id join agents on agents.id = phone_numbers.agent_id
  where phone_numbers.number = called
$$;

-- Down Migration

drop function answering;
drop table phone_numbers;
drop table agents;
