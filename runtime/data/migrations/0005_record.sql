-- Up Migration

-- The only way in which a call writes: a batch of events, and whatever rows follow from them. All of it or nothing; a
-- batch may be repeated. It brings the rows of its conversations along: a database that was put back to a moment before
-- a call began still takes the rest of it. Answers how many events were new, and which of the conversations were erased.
create function record_events(conversations json, events json) returns table (inserted integer, erased uuid[])
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  kinds text[];
begin
  -- Not refused for good: the schema is there a moment before the cell's row is.
  if not exists (select from cell) then
    raise exception using errcode = 'object_not_in_prerequisite_state', message = 'this database belongs to no cell yet';
  end if;
  -- Held back by an erasure under way, and holding back one that begins: nothing slips in between.
  perform 1 from tenants
    where id in (select tenant_id from json_to_recordset(record_events.conversations) as row (tenant_id uuid))
    order by id for key share;
  select coalesce(array_agg(conversation_id), '{}') into erased from erasures
    where conversation_id in (select id from json_to_recordset(record_events.conversations) as row (id uuid));

  insert into callers (tenant_id, number_hash, first_called_at)
    select tenant_id, decode(caller, 'hex'), min(started_at)
    from json_to_recordset(record_events.conversations) as row (id uuid, tenant_id uuid, caller text, started_at timestamptz)
    where caller is not null and id <> all (erased)
    group by 1, 2 order by 1, 2
    on conflict (tenant_id, number_hash) do nothing;

  -- A conversation that was taken up again elsewhere ends when its last part does.
  insert into conversations as known
    (id, tenant_id, caller_id, call_id, channel, agent, agent_version, region, started_at, ended_at, end_reason, duration_ms)
    select row.id, row.tenant_id, callers.id, call_id, channel, agent, agent_version, region, started_at, ended_at, end_reason, duration_ms
    from json_to_recordset(record_events.conversations) as row (
      id uuid, tenant_id uuid, caller text, call_id text, channel text, agent text, agent_version text, region text,
      started_at timestamptz, ended_at timestamptz, end_reason text, duration_ms integer
    )
    left join callers on callers.tenant_id = row.tenant_id and callers.number_hash = decode(row.caller, 'hex')
    where row.id <> all (erased)
    on conflict (id) do update
      set ended_at = excluded.ended_at, end_reason = excluded.end_reason, duration_ms = excluded.duration_ms
      where excluded.ended_at is not null and (known.ended_at is null or known.ended_at < excluded.ended_at);

  with written as (
    insert into conversation_events (conversation_id, tenant_id, sequence, at, at_ms, type, body)
      select conversation_id, tenant_id, sequence, at, at_ms, type, body
      from json_to_recordset(record_events.events) as row (
        conversation_id uuid, tenant_id uuid, sequence integer, at timestamptz, at_ms integer, type text, body jsonb
      )
      where conversation_id <> all (erased)
      on conflict (conversation_id, sequence) do nothing
      returning type
  )
  select count(*)::integer, coalesce(array_agg(distinct type), '{}') into inserted, kinds from written;

  if kinds && array['consent-asked', 'consent-played', 'consent-answered', 'consent-withdrawn'] then
    perform record_consents(record_events.events, erased);
  end if;
  if kinds && array['recording-started', 'recording-finished'] then
    perform record_recordings(record_events.events, erased);
  end if;
  return next;
end $$;

create function record_consents(events json, erased uuid[]) returns void language plpgsql as $$
#variable_conflict use_column
begin
  insert into consents
    (id, tenant_id, conversation_id, caller_id, purpose, jurisdiction, wording, wording_version, language, asked_at)
    select (body ->> 'consentId')::uuid, event.tenant_id, conversation_id, caller_id, body ->> 'purpose', body ->> 'jurisdiction',
      body ->> 'wording', body ->> 'wordingVersion', body ->> 'language', at
    from json_to_recordset(events) as event (conversation_id uuid, tenant_id uuid, at timestamptz, type text, body jsonb)
    join conversations on conversations.id = conversation_id
    where type = 'consent-asked' and conversation_id <> all (erased)
    on conflict (id) do nothing;
  update consents set played_at = coalesce(played_at, at)
    from json_to_recordset(events) as event (conversation_id uuid, at timestamptz, type text, body jsonb)
    where type = 'consent-played' and id = (body ->> 'consentId')::uuid and consents.conversation_id = event.conversation_id;
  update consents set answer = body ->> 'answer', answered_by = body ->> 'by', answered_at = at
    from json_to_recordset(events) as event (conversation_id uuid, at timestamptz, type text, body jsonb)
    where type = 'consent-answered' and id = (body ->> 'consentId')::uuid and consents.conversation_id = event.conversation_id
      and answer is null;
  update consents set withdrawn_at = at, withdrawn_by = body ->> 'by'
    from json_to_recordset(events) as event (conversation_id uuid, at timestamptz, type text, body jsonb)
    where type = 'consent-withdrawn' and id = (body ->> 'consentId')::uuid and consents.conversation_id = event.conversation_id
      and withdrawn_at is null;
end $$;

create function record_recordings(events json, erased uuid[]) returns void language plpgsql as $$
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
    from json_to_recordset(events) as event (conversation_id uuid, at timestamptz, type text, body jsonb)
    where type = 'recording-finished' and id = (body ->> 'recordingId')::uuid
      and recordings.conversation_id = event.conversation_id and outcome is null;
end $$;

revoke execute on function record_events, record_consents, record_recordings from public;
grant execute on function record_events to voicecell_runtime;

-- Down Migration

drop function record_events;
drop function record_consents;
drop function record_recordings;
