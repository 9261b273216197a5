-- Up Migration

-- What the process that takes calls may do about recordings whose own call can say nothing any more.

-- False once consent was taken back after it began, or its conversation was erased.
create function may_keep_recording(recording uuid, conversation uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select not exists (select from erasures where conversation_id = conversation)
    and not exists (
      select from consents where conversation_id = conversation
        and withdrawn_at >= coalesce((select started_at from recordings where id = recording), '-infinity')
    )
$$;

-- Writes down how it ended, if that is not known, and answers whether it may still be kept. The call's own words about it
-- may have been lost: without a row nobody would ever delete it.
create function settle_recording(
  recording uuid, tenant uuid, conversation uuid, object_key text, outcome text, bytes bigint, duration_ms integer
) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- As `record_events` does: an erasure under way is waited for.
  perform 1 from tenants where id = tenant for key share;
  if not exists (select from erasures where conversation_id = conversation) then
    insert into recordings as known
      (id, tenant_id, conversation_id, caller_id, object_key, started_at, outcome, finished_at, bytes, duration_ms)
      values (
        recording, tenant, conversation,
        (select caller_id from conversations where id = conversation and tenant_id = tenant),
        settle_recording.object_key, now() - make_interval(secs => settle_recording.duration_ms / 1000.0),
        settle_recording.outcome, now(), settle_recording.bytes, settle_recording.duration_ms
      )
      on conflict (id) do update
        set outcome = excluded.outcome, finished_at = excluded.finished_at, bytes = excluded.bytes, duration_ms = excluded.duration_ms
        where known.tenant_id = excluded.tenant_id and (known.outcome is null or excluded.outcome = 'withdrawn');
  end if;
  return may_keep_recording(recording, conversation);
end $$;

-- Those whose consent was taken back and that are not known to be gone, and those that have been growing for a day, which
-- no call does.
create function open_recordings() returns table (id uuid, tenant_id uuid, conversation_id uuid, object_key text, withdrawn boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select recordings.id, recordings.tenant_id, recordings.conversation_id, recordings.object_key, true
  from recordings join consents using (conversation_id)
  where consents.withdrawn_at >= recordings.started_at and recordings.outcome in ('complete', 'cut')
  union
  select id, tenant_id, conversation_id, object_key, not may_keep_recording(id, conversation_id)
  from recordings where outcome is null and started_at < now() - interval '1 day'
  limit 1000
$$;
create index consents_withdrawn on consents (conversation_id) where withdrawn_at is not null;
create index recordings_open on recordings (started_at) where outcome is null;

-- A recording that was finished, and withdrawn afterwards, is withdrawn.
create or replace function record_recordings(events json, erased uuid[]) returns void language plpgsql as $$
#variable_conflict use_column
begin
  insert into recordings (id, tenant_id, conversation_id, caller_id, object_key, started_at)
    select (body ->> 'recordingId')::uuid, event.tenant_id, conversation_id, caller_id, body ->> 'objectKey', at
    from json_to_recordset(events) as event (conversation_id uuid, tenant_id uuid, at timestamptz, type text, body jsonb)
    join conversations on conversations.id = conversation_id
    where type = 'recording-started' and conversation_id <> all (erased)
    on conflict (id) do nothing;
  update recordings set outcome = body ->> 'outcome', finished_at = at, bytes = (body ->> 'bytes')::bigint,
      duration_ms = (body ->> 'durationMs')::integer
    from (
      select distinct on (body ->> 'recordingId') conversation_id, at, body
      from json_to_recordset(events) as event (conversation_id uuid, at timestamptz, type text, body jsonb)
      where type = 'recording-finished'
      order by body ->> 'recordingId', body ->> 'outcome' = 'withdrawn' desc
    ) as event
    where id = (body ->> 'recordingId')::uuid and recordings.conversation_id = event.conversation_id
      and (outcome is null or body ->> 'outcome' = 'withdrawn');
end $$;

revoke execute on function may_keep_recording, settle_recording, open_recordings from public;
grant execute on function may_keep_recording, settle_recording, open_recordings to voicecell_runtime;

-- Down Migration

drop index recordings_open;
drop index consents_withdrawn;
drop function open_recordings;
drop function settle_recording;
drop function may_keep_recording;
-- `record_recordings` is not put back to what it was: the only difference is that a later word may be `withdrawn`.
