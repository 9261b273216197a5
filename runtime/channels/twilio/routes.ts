/**
 * Twilio's webhooks: a call comes in, its socket has ended, its transfer has ended. Every answer to a signed request is
 * TwiML: whatever is wrong on our side, the caller hears a sentence rather than Twilio's "application error".
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Agent } from '../../agents/definition.ts';
import { safeError } from '../../logger.ts';
import type { NoAnswer } from '../../tenants/directory.ts';
import type { DoorOptions } from '../door.ts';
import { asE164 } from '../numbers.ts';
import { claimKey } from '../token.ts';
import { continueCall } from './continuation.ts';
import { socketOrigin, type TwilioSignatures } from './signature.ts';
import { connectStream, dial, hangUp, type Sentence, sayAndHangUp, tryAgain } from './twiml.ts';

export const VOICE_PATH = '/twilio/voice';
export const CONTINUE_PATH = '/twilio/continue';
export const TRANSFERRED_PATH = '/twilio/transferred';
export const MEDIA_PATH = '/twilio/media';

/** A task that is leaving passes a new call on this often before it says that all lines are busy. */
const MOST_DIVERSIONS = 2;

/** A call is taken up again this often; a socket that breaks more often than that has a cause which will not pass. */
const MOST_REATTACHMENTS = 3;

/** A request of which the promised socket has already come. */
const REPLAYED = Symbol('replayed');

const BROKEN: Sentence = {
  text: 'I am sorry, something is broken on our side. Please call again later. Goodbye.',
  language: 'en-US',
};

/** What is said where nobody may answer, or nobody can. */
const NO_ANSWER: Readonly<Record<NoAnswer, Sentence>> = {
  'unknown-number': {
    text: 'This number is not in service. Please check the number and call again. Goodbye.',
    language: 'en-US',
  },
  residency: {
    text: 'I am sorry, calls to this number must not be answered from this region. Please contact us another way. Goodbye.',
    language: 'en-US',
  },
  closed: { text: 'This number is no longer in service. Goodbye.', language: 'en-US' },
  'broken-agent': BROKEN,
};

/** The fields we use of the many that Twilio sends: https://www.twilio.com/docs/voice/twiml#request-parameters */
const formSchema = z.object({
  CallSid: z.string().regex(/^CA[0-9a-f]{32}$/i),
  CallStatus: z.string().default(''),
  DialCallStatus: z.string().default(''),
  From: z.unknown().transform(asE164),
  To: z.unknown().transform(asE164),
});
type CallForm = z.output<typeof formSchema>;

/** Our own marks in our own URLs; signed by Twilio with the rest of the URL. */
const querySchema = z.object({
  attachment: z.coerce.number().int().min(0).max(100).default(0),
  diverted: z.coerce.number().int().min(0).max(100).default(0),
});
type CallQuery = z.output<typeof querySchema>;

export interface TwilioRoutesOptions {
  readonly signatures: TwilioSignatures;
  readonly continuation: boolean;
}

export function addTwilioRoutes(app: FastifyInstance, twilio: TwilioRoutesOptions, options: DoorOptions): void {
  const mostReattachments = twilio.continuation ? MOST_REATTACHMENTS : 0;
  const { publicUrl, tokens, register, admission, logger, answererOf } = options;

  app.register(async (routes) => {
    routes.addHook('preHandler', async (request, reply) => {
      const form = isForm(request.body) ? request.body : {};
      const problem = twilio.signatures.webhookProblem(request.headers['x-twilio-signature'], request.url, form);
      if (problem) return refuse(request, reply, `signature ${problem}`);
    });
    routes.setErrorHandler((error: FastifyError, request, reply) => {
      // Too big, or no form: refused before the signature could be checked.
      if (error.statusCode !== undefined && error.statusCode < 500) return reply.code(error.statusCode).send();
      logger.error({ callId: callIdOf(request), ...safeError(error) }, 'webhook failed');
      return sendTwiml(reply, sayAndHangUp(BROKEN));
    });
    addRoute(routes, VOICE_PATH, answer);
    addRoute(routes, CONTINUE_PATH, carryOn);
    addRoute(routes, TRANSFERRED_PATH, async (form) =>
      form.DialCallStatus === 'completed' ? hangUp() : sayAndHangUp(await sentenceOf(form, 'goodbyeBroken')),
    );
  });

  function addRoute(
    routes: FastifyInstance,
    path: string,
    handle: (form: CallForm, query: CallQuery) => Promise<string | typeof REPLAYED>,
  ): void {
    routes.post(path, async (request, reply) => {
      const form = formSchema.safeParse(request.body);
      const query = querySchema.safeParse(request.query);
      if (!form.success || !query.success) return reply.code(400).send('expected the form of a Twilio voice webhook\n');
      const twiml = await handle(form.data, query.data);
      return twiml === REPLAYED ? refuse(request, reply, 'replayed') : sendTwiml(reply, twiml);
    });
  }

  /** The same call asked twice gets the same answer, until its socket has come: from then on it is a replay. */
  async function answer(form: CallForm, query: CallQuery): Promise<string | typeof REPLAYED> {
    const callId = form.CallSid;
    if (await register.isClaimed(claimKey({ door: 'twilio', callId, attachment: 0 }))) return REPLAYED;
    const answerer = await answererOf(form.To);
    if (typeof answerer === 'string') {
      logger.warn({ callId, why: answerer }, 'nobody answers the number called');
      return sayAndHangUp(NO_ANSWER[answerer]);
    }
    const refusal = admission.hold(callId);
    if (refusal === undefined) return connect(form, 0);
    logger.warn({ callId, refusal, diverted: query.diverted }, 'call not taken');
    if (refusal === 'draining' && query.diverted < MOST_DIVERSIONS)
      return tryAgain(here(VOICE_PATH, { diverted: query.diverted + 1 }));
    return sayAndHangUp(sentence(answerer.agent, 'busy'));
  }

  async function carryOn(form: CallForm, query: CallQuery): Promise<string | typeof REPLAYED> {
    const callId = form.CallSid;
    const next = continueCall(form.CallStatus, await register.find(callId), query.attachment, mostReattachments);
    switch (next.do) {
      case 'hang-up':
        return hangUp();
      case 'dial':
        return dial(next.number, here(TRANSFERRED_PATH));
      case 'say':
        return sayAndHangUp({ text: next.text, language: (await agentOf(form))?.language ?? BROKEN.language });
      case 'give-up':
        logger.error({ callId, attachment: query.attachment }, 'call given up: its sockets keep breaking');
        return sayAndHangUp(await sentenceOf(form, 'goodbyeBroken'));
      case 'attach': {
        const { attachment, resumes } = next;
        if (await register.isClaimed(claimKey({ door: 'twilio', callId, attachment }))) return REPLAYED;
        logger.warn({ callId, attachment }, 'socket broke: the call is attached again');
        return connect(form, attachment, resumes);
      }
    }
  }

  function connect(form: CallForm, attachment: number, resumes?: string): string {
    const claims = { door: 'twilio', callId: form.CallSid, attachment, from: form.From, to: form.To, resumes } as const;
    return connectStream({
      streamUrl: `${socketOrigin(publicUrl)}${MEDIA_PATH}`,
      token: tokens.issue(claims, Date.now()),
      actionUrl: here(CONTINUE_PATH, { attachment }),
    });
  }

  function here(path: string, query: Record<string, number> = {}): string {
    const url = new URL(path, publicUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url.href;
  }

  async function agentOf(form: CallForm): Promise<Agent | undefined> {
    const answerer = await answererOf(form.To);
    return typeof answerer === 'string' ? undefined : answerer.agent;
  }

  async function sentenceOf(form: CallForm, name: 'goodbyeBroken'): Promise<Sentence> {
    const agent = await agentOf(form);
    return agent ? sentence(agent, name) : BROKEN;
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, problem: string): FastifyReply {
    logger.warn({ callId: callIdOf(request), path: request.routeOptions.url, problem }, 'webhook refused');
    return reply.code(403).type('text/plain').send('forbidden\n');
  }
}

function sentence(agent: Agent, name: 'busy' | 'goodbyeBroken'): Sentence {
  return { text: agent.sentences[name], language: agent.language };
}

function sendTwiml(reply: FastifyReply, twiml: string): FastifyReply {
  return reply.code(200).type('text/xml; charset=utf-8').send(twiml);
}

function isForm(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null;
}

/** Only what looks like a CallSid: a forger may write anything there. */
function callIdOf(request: FastifyRequest): string | undefined {
  const parsed = formSchema.pick({ CallSid: true }).safeParse(request.body);
  return parsed.success ? parsed.data.CallSid : undefined;
}
