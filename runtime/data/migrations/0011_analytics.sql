-- Up Migration

-- Tenants that want no turns of theirs in the analytics, not even redacted. Whoever has no row has said nothing.
create table analytics_choices (
  id uuid primary key default new_id(),
  tenant_id uuid not null unique references tenants,
  turns boolean not null,
  changed_at timestamptz not null default now()
);
call isolate_tenants('analytics_choices');
grant select, insert, update on analytics_choices to voicecell_admin;

-- Down Migration

drop table analytics_choices;
