import { type Command, Option } from 'commander';
import type { RequestKind, RequestState, SubjectRequest } from '../../runtime/compliance/subject-requests/request.ts';
import { administer, administrationOptions, inCell, inTenant, storeOptions, tenantOption } from '../administration.ts';
import { uuidOf } from '../arguments.ts';
import { CommandFailure, findingsReported, outputOf, writeJson } from '../command-line.ts';
import { numberFrom } from '../number-argument.ts';
import { everyPage, PAGE } from '../pages.ts';
import { answerHere, saveArchive } from '../subject/answer.ts';
import { renderList, renderRequest } from '../subject/render.ts';

interface AskOptions {
  readonly tenant: string;
  readonly number?: string;
  readonly verifiedBy: string;
  readonly replace?: string;
  readonly with?: string;
  readonly output?: string;
  readonly json?: boolean;
  readonly recordings?: string;
  readonly exports?: string;
}

interface Wish {
  readonly kind: RequestKind;
  readonly summary: string;
  readonly description: string;
  readonly example: string;
}

const WISHES: readonly Wish[] = [
  {
    kind: 'access',
    summary: 'a copy of all that is held of a person, to read',
    description:
      'Transcripts, recordings, consents, and who saw them, in one ZIP archive with a README in plain words.',
    example: 'access --tenant ID --number +4930123456 --verified-by "account login" --output copy.zip',
  },
  {
    kind: 'export',
    summary: 'the same, to take elsewhere',
    description: 'The same archive as `access`: it holds the data for programs too, as JSON lines with their schema.',
    example: 'export --tenant ID --number - --verified-by "call back" < number.txt',
  },
  {
    kind: 'delete',
    summary: 'delete all that is held of a person, and certify it',
    description:
      'Database, recordings, earlier archives, and what calls that are up would still write. Counted again afterwards.',
    example: 'delete --tenant ID --number +4930123456 --verified-by "id card"',
  },
  {
    kind: 'rectify',
    summary: 'put words right in the transcripts of a person',
    description: 'Whole words, in any case, in all his conversations so far. Recordings hold what was said and stay.',
    example: 'rectify --tenant ID --number +4930123456 --verified-by letter --replace "Jon Smyth" --with "John Smith"',
  },
  {
    kind: 'optout',
    summary: 'never record a person again, nor use his calls for analytics',
    description: 'He is not asked any more either. Recordings that exist stay, unless consent to them is withdrawn.',
    example: 'optout --tenant ID --number +4930123456 --verified-by "call back"',
  },
  {
    kind: 'withdraw',
    summary: 'take a person’s consent to being recorded back, for what exists',
    description: 'Deletes his recordings and stops those that are being made. Transcripts stay.',
    example: 'withdraw --tenant ID --number +4930123456 --verified-by "account login"',
  },
];

export default function register(program: Command): void {
  const subject = program.command('subject').summary('answer what people ask about their data: copy, deletion, …');
  for (const wish of WISHES) addWish(subject, wish);

  administrationOptions(subject.command('list'), 'requests of people are listed')
    .summary('what people asked, the latest first')
    .option('--tenant <id>', 'whose; all of the cell without it', uuidOf)
    .addOption(new Option('--state <state>').choices(['received', 'running', 'done', 'refused', 'failed']))
    .option('--overdue', 'only those whose deadline has passed without an answer; exit code 1 if there are any')
    .option('--json', 'the requests as JSON')
    .addHelpText('after', '\nExamples:\n  voicecell subject list --tenant ID\n  voicecell subject list --overdue')
    .action(list);

  storeOptions(administrationOptions(tenantOption(subject.command('show')), 'a request of a person is looked at'))
    .summary('one request: how far it is, what came of it, its archive or certificate')
    .argument('<id>', 'of the request', uuidOf)
    .option('--certificate', 'the certificate of a deletion, as a page')
    .option('--output <file>', 'save the archive of a copy there')
    .option('--json', 'the request as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell subject show REQUEST --tenant ID\n  voicecell subject show REQUEST --tenant ID --certificate',
    )
    .action(show);

  administrationOptions(tenantOption(subject.command('refuse')), 'a request of a person is refused')
    .summary('answer a request with a no, while nobody works on it')
    .argument('<id>', 'of the request', uuidOf)
    .requiredOption('--because <text>', 'told to the person, and kept; no personal data')
    .option('--json', 'the request as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  voicecell subject refuse REQUEST --tenant ID --because "we cannot make out who asks"',
    )
    .action(refuse);
}

function addWish(subject: Command, { kind, summary, description, example }: Wish): void {
  const command = storeOptions(
    administrationOptions(tenantOption(subject.command(kind)), `a person asked for it (${kind})`),
  )
    .summary(summary)
    .description(
      `${description}\nAsked again while it is open, it is the same request. It may be cut off anywhere: run again, or ` +
        'left to a cell that is up, it goes on from there.',
    )
    .option('--number <number>', 'the number he calls from, E.164; - or nothing reads it from standard input')
    .requiredOption('--verified-by <how>', 'how you made sure who asks, in words without digits')
    .option('--json', 'the request as JSON')
    .addHelpText('after', `\nExample:\n  voicecell subject ${example}`);
  if (kind === 'rectify')
    command
      .requiredOption('--replace <words>', 'what the transcripts say')
      .requiredOption('--with <words>', 'what they should say');
  if (kind === 'access' || kind === 'export') command.option('--output <file>', 'save the archive there, too');
  command.action((options: AskOptions) => ask(kind, options, command));
}

async function ask(kind: RequestKind, options: AskOptions, command: Command): Promise<void> {
  const { subjectRequestSchema, takeSubjectRequest } = await import('../../runtime/admin/subject-requests.ts');
  const { AdminRefusal, problemsOf } = await import('../../runtime/admin/refusal.ts');
  const { replace, with: instead, verifiedBy, tenant: tenantId } = options;
  const correction = kind === 'rectify' ? { replace, with: instead } : undefined;
  await administer(command, async (administration) => {
    const callerKey = administration.callerKey();
    // Named or not: what is needed and not there must be said before anything is taken in.
    const needsExports = kind === 'access' || kind === 'export';
    const stores = {
      exports: needsExports || options.exports !== undefined ? administration.exports() : undefined,
      recordings: options.recordings === undefined ? undefined : administration.recordings(),
    };
    const wanted = { kind, number: await numberFrom(options.number), verifiedBy, correction };
    const asked = subjectRequestSchema.safeParse(wanted);
    if (!asked.success)
      throw new AdminRefusal('invalid', 'what was asked makes no sense', problemsOf(asked.error, wanted));
    const { request } = await inTenant(administration, tenantId, (transaction) =>
      takeSubjectRequest(transaction, administration.actor, { ...asked.data, tenantId, callerKey }),
    );
    const { write, paint } = outputOf(command);
    const answered = await answerHere(administration, request, {
      stores,
      onProgress: options.json ? undefined : (text) => write(paint.dim(text)),
    });
    await say(answered, options, command);
    if (options.output) {
      await saveArchive(administration, answered, stores.exports!, options.output);
      if (!options.json) write(`saved as ${options.output}`);
    }
    if (answered.state === 'failed') throw findingsReported();
  });
}

async function list(
  options: {
    readonly tenant?: string;
    readonly state?: RequestState;
    readonly overdue?: boolean;
    readonly json?: boolean;
  },
  command: Command,
): Promise<void> {
  const { listRequests } = await import('../../runtime/compliance/subject-requests/requests.ts');
  const { tenant, state, overdue, json } = options;
  const found = await administer(command, (administration) => {
    const pages = (transaction: Parameters<typeof listRequests>[0]) =>
      everyPage(
        (after) =>
          listRequests(transaction, { limit: PAGE, state, overdue, after: after ? JSON.parse(after) : undefined }),
        ({ id, requestedAt }) => JSON.stringify({ id, requestedAt }),
      );
    return tenant === undefined ? inCell(administration, pages) : inTenant(administration, tenant, pages);
  });
  if (json) writeJson(command, found);
  else outputOf(command).write(renderList(found, outputOf(command)));
  if (overdue && found.length > 0) throw findingsReported();
}

async function show(
  id: string,
  options: {
    readonly tenant: string;
    readonly certificate?: boolean;
    readonly output?: string;
    readonly json?: boolean;
  },
  command: Command,
): Promise<void> {
  const { showSubjectRequest, showCertificate } = await import('../../runtime/admin/subject-requests.ts');
  await administer(command, async (administration) => {
    if (options.certificate) {
      const page = await inTenant(administration, options.tenant, (transaction) => showCertificate(transaction, id));
      return outputOf(command).write(page);
    }
    const request = await inTenant(administration, options.tenant, (transaction) =>
      showSubjectRequest(transaction, id),
    );
    if (options.output !== undefined)
      await saveArchive(administration, request, administration.exports(), options.output);
    return say(request, options, command);
  });
}

async function refuse(
  id: string,
  options: { readonly tenant: string; readonly because: string; readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { refuseSubjectRequest } = await import('../../runtime/admin/subject-requests.ts');
  const { becauseSchema } = await import('../../runtime/compliance/subject-requests/request.ts');
  const because = becauseSchema.safeParse(options.because);
  if (!because.success) throw new CommandFailure('--because: expected 1 to 500 characters, none of them a control', 2);
  await administer(command, async (administration) => {
    const refused = await inTenant(administration, options.tenant, (transaction) =>
      refuseSubjectRequest(transaction, administration.actor, { id, because: because.data }),
    );
    await say(refused, options, command);
  });
}

async function say(request: SubjectRequest, { json }: { readonly json?: boolean }, command: Command): Promise<void> {
  if (json) return writeJson(command, request);
  if (request.state !== 'failed') return outputOf(command).write(renderRequest(request, outputOf(command)));
  throw new CommandFailure(`the request failed (${request.progress.lastError ?? 'unknown'}): ask again`);
}
