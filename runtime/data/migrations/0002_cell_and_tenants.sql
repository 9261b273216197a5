-- Up Migration

-- Two roles besides the owner. The process that takes calls logs in as the first and can do what is granted to it here,
-- nothing else; administration and the scheduled jobs use the second. Both see one tenant at a time: the one the
-- transaction names in `voicecell.tenant`. Roles belong to the whole server: another database may have made them.
do $$
declare
  login name;
begin
  foreach login in array array['voicecell_runtime', 'voicecell_admin'] loop
    begin
      execute format('create role %I login nobypassrls', login);
    exception when duplicate_object or unique_violation then null;
    end;
    -- Passwords do not exist on RDS: members of this role log in with a token.
    if exists (select from pg_roles where rolname = 'rds_iam') then
      execute format('grant rds_iam to %I', login);
    end if;
    -- One login can then serve as both, where there is only one: on a laptop.
    if not pg_has_role(current_user, login, 'member') then
      execute format('grant %I to %I', login, current_user);
    end if;
    execute format('grant usage on schema public to %I', login);
  end loop;
end $$;

-- Time-ordered where the server can make such keys (PostgreSQL 18), random elsewhere.
do $$
begin
  execute format(
    'create function new_id() returns uuid language sql volatile as %L',
    case when to_regprocedure('pg_catalog.uuidv7()') is null then 'select gen_random_uuid()' else 'select uuidv7()' end
  );
end $$;

create function current_tenant() returns uuid language sql stable parallel safe as $$
  select nullif(current_setting('voicecell.tenant', true), '')::uuid
$$;

-- What an operator of the whole cell does is said in the transaction, never the mere absence of a tenant.
create function is_cell_wide() returns boolean language sql stable parallel safe as $$
  select coalesce(current_setting('voicecell.cell_wide', true), '') = 'on'
$$;

-- Every table with a tenant's rows calls this: a query that forgets the tenant sees nothing.
create procedure isolate_tenants(isolated regclass, tenant_column name default 'tenant_id') language plpgsql as $$
begin
  execute format('alter table %s enable row level security', isolated);
  execute format(
    'create policy one_tenant on %s to voicecell_runtime using (%2$I = (select current_tenant()))', isolated, tenant_column
  );
  execute format(
    'create policy one_tenant_or_cell on %s to voicecell_admin using (%2$I = (select current_tenant()) or (select is_cell_wide()))',
    isolated, tenant_column
  );
end $$;

-- Which cell this is: one row, written when its first process starts.
create table cell (
  id uuid primary key default new_id(),
  region text not null,
  jurisdiction text not null,
  -- Jurisdictions whose personal data may be here, as the cell's file says.
  residency text[] not null check (cardinality(residency) > 0),
  claimed_at timestamptz not null default now()
);
create unique index cell_is_one on cell ((true));
grant select on cell to voicecell_runtime, voicecell_admin;

create table tenants (
  id uuid primary key default new_id(),
  name text not null check (length(name) between 1 and 200),
  -- The two things the law asks about: where it is, and whose data it holds. No default: a cell must say it.
  region text not null,
  data_residency text not null,
  created_at timestamptz not null default now(),
  -- Calls are refused from then on; data stays until its retention ends.
  closed_at timestamptz
);
call isolate_tenants('tenants', 'id');
grant select, insert, update on tenants to voicecell_admin;

-- What may not be here, in the database's own words; null when all is well.
create function residency_breach(region text, data_residency text) returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select case
    when here.region is null then 'this database belongs to no cell yet'
    when residency_breach.region <> here.region then format('region %s, but this is the cell of %s', residency_breach.region, here.region)
    when not residency_breach.data_residency = any (here.residency)
      then format('data of %s, but the cell of %s holds data of %s', residency_breach.data_residency, here.region, array_to_string(here.residency, ', '))
  end
  from (values (true)) as always left join cell as here on true
$$;

create function refuse_breach() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  breach text;
begin
  if tg_table_name = 'tenants' then
    breach := residency_breach(new.region, new.data_residency);
  else
    select residency_breach(new.region, tenants.data_residency) into breach from tenants where id = new.tenant_id;
  end if;
  if breach is not null then
    raise exception using errcode = 'check_violation', constraint = 'residency', table = tg_table_name,
      message = format('%s refused: %s', tg_table_name, breach);
  end if;
  return new;
end $$;

create trigger residency before insert or update on tenants for each row execute function refuse_breach();

-- Asked when a process starts and once a minute: a restored backup brings rows that no trigger has seen.
create function residency_breaches() returns table (tenant_id uuid, breach text)
language sql stable security definer set search_path = public, pg_temp as $$
  select id, residency_breach(region, data_residency) from tenants where residency_breach(region, data_residency) is not null
$$;

create function open_tenants() returns integer
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*)::integer from tenants where closed_at is null
$$;

-- Takes the database for a cell, or refuses when it is another's. The house is the tenant of a cell whose agents and
-- numbers come with the process. Called by the owner.
create function claim_cell(region text, jurisdiction text, residency text[], house uuid) returns void
language plpgsql as $$
declare
  found_region text;
begin
  select cell.region into found_region from cell for update;
  if found_region is null then
    insert into cell (region, jurisdiction, residency) values (claim_cell.region, claim_cell.jurisdiction, claim_cell.residency);
  elsif found_region <> claim_cell.region then
    raise exception using errcode = 'check_violation', constraint = 'cell_region',
      message = format('this database is the cell of %s, expected %s', found_region, claim_cell.region),
      hint = 'Name the database of this cell. A copy of another cell''s data must not be served from here.';
  else
    update cell set residency = claim_cell.residency where cell.residency <> claim_cell.residency;
  end if;
  insert into tenants (id, name, region, data_residency) values (house, 'house', claim_cell.region, claim_cell.residency[1])
    on conflict (id) do nothing;
end $$;
revoke execute on function claim_cell from public;

-- Down Migration

drop function claim_cell;
drop function open_tenants;
drop function residency_breaches;
drop table tenants;
drop function refuse_breach;
drop function residency_breach;
drop table cell;
drop procedure isolate_tenants;
drop function is_cell_wide;
drop function current_tenant;
drop function new_id;
-- The roles stay: they belong to the server, and other databases on it may use them.
revoke usage on schema public from voicecell_runtime, voicecell_admin;
