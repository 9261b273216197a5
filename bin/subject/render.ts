/** Requests of people, as a terminal shows them. */
import type { SubjectRequest } from '../../runtime/compliance/subject-requests/request.ts';
import type { Output } from '../command-line.ts';
import { columns } from '../terminal.ts';

export function renderRequest(request: SubjectRequest, { paint }: Pick<Output, 'paint'>): string {
  const { id, kind, state, law, dueAt, requestedAt, completedAt, verifiedBy, isOverdue, result } = request;
  const counts = Object.entries(result?.counts ?? {}).map(([what, count]) => [what, String(count)]);
  const { archive, certificate, note } = result ?? {};
  return [
    `${paint.bold(kind)} ${stateOf(request, { paint })}`,
    columns([
      ['request', id],
      ['asked', requestedAt],
      ['due', `${isOverdue ? paint.red(dueAt) : dueAt}, by ${law}`],
      ...(completedAt ? [['done', completedAt]] : []),
      ['verified by', verifiedBy],
      ...counts,
      ...(archive ? [['archive', `${archive.key}, ${archive.bytes} bytes, kept until ${archive.keptUntil}`]] : []),
      ...(certificate ? [['certificate', `SHA-256 ${certificate.hash}; --certificate shows it`]] : []),
      ...(state !== 'done' && request.progress.lastError ? [['last error', request.progress.lastError]] : []),
    ]),
    ...(note ? [note] : []),
  ].join('\n');
}

export function renderList(
  requests: readonly SubjectRequest[],
  { paint, width }: Pick<Output, 'paint' | 'width'>,
): string {
  if (requests.length === 0) return 'no request';
  const rows = requests.map((request) => [
    request.id,
    request.kind,
    stateOf(request, { paint }),
    `due ${request.dueAt.slice(0, 10)}`,
    `tenant ${request.tenantId}`,
  ]);
  return columns(rows, { indent: 0, width });
}

function stateOf({ state, isOverdue }: SubjectRequest, { paint }: Pick<Output, 'paint'>): string {
  if (isOverdue) return paint.red(`${state}, overdue`);
  return state === 'done' ? paint.green(state) : paint.yellow(state);
}
