import type { Command } from 'commander';
import type { CallEvent } from '../../runtime/call/events.ts';
import { WHOLE_CELL } from '../../runtime/data/scope.ts';
import { administer, administrationOptions } from '../administration.ts';
import { numberFrom } from '../arguments.ts';
import { CommandFailure, outputOf, writeJson } from '../command-line.ts';

interface ReplayOptions {
  readonly speed?: number;
  readonly json?: boolean;
}

export default function register(program: Command): void {
  administrationOptions(program.command('replay'), 'needed')
    .summary('tells a conversation again, from its event log alone')
    .description('What was said, what was heard of it, and where the time went, as it was told while it happened.')
    .argument('<conversation>', 'its id: a UUID')
    .option(
      '--speed <times>',
      'as it went: 1 in real time, 10 ten times as fast; without it, at once',
      numberFrom(0.01),
    )
    .option('--json', 'the conversation and its events as JSON')
    .addHelpText('after', '\nExample:\n  voicecell replay 0192f0c1-… --reason "complaint of 3 March" --speed 4')
    .action(replay);
}

async function replay(id: string, options: ReplayOptions, command: Command): Promise<void> {
  const [{ loadConversation }, { audit }, { tellStory }] = await Promise.all([
    import('../../runtime/data/conversations.ts'),
    import('../../runtime/compliance/audit/audit.ts'),
    import('../../runtime/local/story.ts'),
  ]);
  const found = await administer(command, ({ database, actor }) =>
    database.within(WHOLE_CELL, async (transaction) => {
      const loaded = await loadConversation(transaction, id);
      if (!loaded) return undefined;
      const { tenantId, callerId } = loaded.conversation;
      await audit(transaction, actor, { action: 'read', resource: 'conversation', resourceId: id, tenantId, callerId });
      return loaded;
    }),
  );
  if (!found) throw new CommandFailure(`there is no conversation ${id} in this cell: expected the UUID of one`);
  if (options.json) return writeJson(command, found);
  const out = outputOf(command);
  const tell = tellStory({ write: (text) => out.write(text), colours: out.paint.bold('') !== '' });
  const pausesMs = options.speed === undefined ? [] : pausesBefore(found.events, options.speed);
  for (const [nth, event] of found.events.entries()) {
    if (pausesMs[nth]) await pause(pausesMs[nth]);
    tell(event);
  }
}

/** ms to wait before each event; clocks that were set back in the middle of a call make no pause. */
export function pausesBefore(events: readonly Pick<CallEvent, 'at'>[], speed: number): number[] {
  return events.map(({ at }, nth) => {
    const before = events[nth - 1];
    return before ? Math.max(0, (Date.parse(at) - Date.parse(before.at)) / speed) : 0;
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
