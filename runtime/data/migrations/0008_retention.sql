-- Up Migration

-- How long a tenant wants a class of data kept, where that is not what everybody gets. The classes and what everybody
-- gets are the process's (runtime/compliance/retention/classes.ts).
create table retention_policies (
  id uuid primary key default new_id(),
  tenant_id uuid not null references tenants,
  data_class text not null check (data_class in ('transcripts', 'recordings', 'conversations', 'consents', 'requests')),
  days integer not null check (days between 1 and 3650),
  changed_at timestamptz not null default now(),
  unique (tenant_id, data_class)
);
call isolate_tenants('retention_policies');
grant select on retention_policies to voicecell_runtime;
grant select, insert, update, delete on retention_policies to voicecell_admin;

-- When the job ran, by the database's clock: how else would it know that the clock leapt?
create table retention_runs (
  id uuid primary key default new_id(),
  started_at timestamptz not null default now(),
  -- Empty while it runs, and for ever if it was cut off.
  finished_at timestamptz
);
create index retention_runs_by_end on retention_runs (finished_at);
alter table retention_runs enable row level security;
create policy whole_cell on retention_runs to voicecell_admin using ((select is_cell_wide()));
grant select, insert, update, delete on retention_runs to voicecell_admin;

-- A conversation outlives its events. The mark says that it has none left, so that nobody looks for them again.
alter table conversations add column transcript_deleted_at timestamptz;
create index conversations_with_transcript on conversations (tenant_id, started_at) where transcript_deleted_at is null;

-- Events that come later all the same, from a queue that waited or with an import, take the mark away.
create function unmark_transcripts() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update conversations set transcript_deleted_at = null
    where id in (select conversation_id from new_events) and transcript_deleted_at is not null;
  return null;
end $$;
create trigger unmark_transcripts after insert on conversation_events referencing new table as new_events
  for each statement execute function unmark_transcripts();

-- A mark is no data: it is also set on the conversations of a tenant that may not be here, which must be deletable.
drop trigger residency on conversations;
create trigger residency before insert on conversations for each row execute function refuse_breach();
create trigger residency_of_change before update on conversations for each row
  when (old.transcript_deleted_at is not distinct from new.transcript_deleted_at) execute function refuse_breach();

-- How long each class of each tenant is kept. A transcript does not outlive its conversation; the proof of a consent
-- lives as long as the recording it allowed.
create function retention_terms(defaults jsonb) returns table (tenant_id uuid, data_class text, days integer, changed_at timestamptz)
language sql stable as $$
  with wanted as (
    select tenants.id, usual.key as data_class, coalesce(policy.days, usual.value::integer) as days, policy.changed_at
    from tenants cross join jsonb_each_text(defaults) as usual
    left join retention_policies as policy on policy.tenant_id = tenants.id and policy.data_class = usual.key
  )
  select id, data_class, case data_class
      when 'transcripts' then least(days, min(days) filter (where data_class = 'conversations') over its_tenant)
      when 'consents' then greatest(days, max(days) filter (where data_class = 'recordings') over its_tenant)
      else days
    end, changed_at
  from wanted window its_tenant as (partition by id)
$$;

-- What is past its time and `late` more, by class: at most so many of a tenant, so that it stays cheap when much is wrong.
-- Compiling it would take a hundred times longer than doing it.
create function overdue(defaults jsonb, late interval) returns table (data_class text, overdue bigint)
language plpgsql stable security definer set search_path = public, pg_temp set jit = off as $$
begin
  return query
    select terms.data_class, sum(case terms.data_class
      when 'transcripts' then (select count(*) from (
        select from conversations as row where row.tenant_id = terms.tenant_id and row.transcript_deleted_at is null
          and row.started_at < now() - make_interval(days => terms.days) - late limit 1000) as found)
      when 'recordings' then (select count(*) from (
        select from recordings as row where row.tenant_id = terms.tenant_id
          and row.started_at < now() - make_interval(days => terms.days) - late limit 1000) as found)
      when 'conversations' then (select count(*) from (
        select from conversations as row where row.tenant_id = terms.tenant_id
          and row.started_at < now() - make_interval(days => terms.days) - late limit 1000) as found)
      when 'consents' then (select count(*) from (
        select from consents as row where row.tenant_id = terms.tenant_id
          and row.asked_at < now() - make_interval(days => terms.days) - late limit 1000) as found)
      when 'requests' then (select count(*) from (
        select from subject_requests as row where row.tenant_id = terms.tenant_id and row.state in ('done', 'refused')
          and row.look_again_at is null
          and row.completed_at < now() - make_interval(days => terms.days) - late limit 1000) as found)
    end)::bigint
    from retention_terms(defaults) as terms group by 1;
end $$;
revoke execute on function overdue from public;
grant execute on function overdue to voicecell_runtime, voicecell_admin;

-- Answered requests that are past their time, with what they erased: nothing of that can come any more. Administration
-- can delete none otherwise.
create function delete_answered_requests(tenant uuid, days integer, most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  past uuid[];
begin
  if tenant is distinct from current_tenant() and not is_cell_wide() then
    raise exception using errcode = 'insufficient_privilege', message = 'requests of another tenant';
  end if;
  past := array(
    select id from subject_requests where tenant_id = tenant and state in ('done', 'refused') and look_again_at is null
      and completed_at < now() - make_interval(days => delete_answered_requests.days)
    order by requested_at limit most for update skip locked
  );
  delete from erasures where request_id = any (past);
  delete from subject_requests where id = any (past);
  return cardinality(past);
end $$;
revoke execute on function delete_answered_requests from public;
grant execute on function delete_answered_requests to voicecell_admin;

-- Down Migration

drop function delete_answered_requests;
drop function overdue;
drop function retention_terms;
drop trigger residency_of_change on conversations;
drop trigger residency on conversations;
create trigger residency before insert or update on conversations for each row execute function refuse_breach();
drop trigger unmark_transcripts on conversation_events;
drop function unmark_transcripts;
drop index conversations_with_transcript;
alter table conversations drop column transcript_deleted_at;
drop table retention_runs;
drop table retention_policies;
