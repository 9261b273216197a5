/** What an agent is: one file, checked before any call reaches it. */
import { z } from 'zod';
import { consentSchema } from '../compliance/consent-wording.ts';

const customTool = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected lower-case letters, digits and underscores'),
  description: z.string().min(1),
  /** JSON Schema of the input object. */
  input: z.record(z.string(), z.unknown()),
  /** Where the answer comes from. */
  answer: z.discriminatedUnion('from', [
    /** The definition itself: for laptops and tests. */
    z.strictObject({ from: z.literal('definition'), delayMs: z.int().min(0).default(0), output: z.unknown() }),
    /** A JSON POST of the input to a host inside the cell; the region guard refuses any other. */
    z.strictObject({ from: z.literal('http'), url: z.url() }),
  ]),
});

export const agentSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes'),
  version: z.string().min(1),
  language: z.string().default('en-US'),
  /** Overrides the cell's voice. */
  voice: z.string().optional(),
  prompt: z.string().min(1),
  greeting: z.string().min(1),
  /**
   * Short neutral openings ("Okay.") played when the model's own words are not ready `openerAfterMs` after the caller
   * stopped. `question` is used after a question. Empty lists: silence until the model speaks.
   */
  openers: z
    .strictObject({ question: z.array(z.string()).default([]), statement: z.array(z.string()).default([]) })
    .prefault({}),
  /** Sentences the runtime itself may have to say. */
  sentences: z
    .strictObject({
      stillThere: z.string().default('Are you still there?'),
      goodbyeIdle: z.string().default('I have not heard from you, so I will hang up now. Goodbye.'),
      goodbyeMaximum: z.string().default('We have reached the longest time a call can take. Goodbye.'),
      oneMoment: z.string().default('One moment, please.'),
      sorry: z.string().default('I am sorry, I am having trouble right now. Could you say that again?'),
      goodbyeBroken: z
        .string()
        .default('I am sorry, something is broken on our side. Please call again later. Goodbye.'),
      /** When a call that was cut is taken up again. */
      welcomeBack: z.string().default('Sorry, we were cut off. Where were we?'),
      goodbye: z.string().default('Goodbye.'),
      transferring: z.string().default('I am connecting you now.'),
      busy: z.string().default('All our lines are busy. Please call again in a few minutes. Goodbye.'),
      /** When his answer to the question of consent was neither a yes nor a no: asked once more. */
      consentUnclear: z
        .string()
        .min(1)
        .default('Sorry, may I record this call? Please say yes or no, or press 1 for yes or 2 for no.'),
      /** After a yes, before the greeting; empty: nothing. */
      consentThanks: z.string().default('Thank you.'),
      /** After a no; empty: nothing. */
      consentDeclined: z.string().default('That is fine, this call is not recorded.'),
      /** After he has taken his consent back. */
      recordingStopped: z.string().min(1).default('I have stopped the recording, and nothing of it is kept.'),
    })
    .prefault({}),
  /** What the caller is asked to agree to before the greeting. Absent: nothing, and nothing that needs it is done. */
  consent: consentSchema.optional(),
  tools: z
    .strictObject({
      endCall: z.boolean().default(true),
      /** Names a caller can be sent to → E.164 number. The model only ever sees the names. */
      transferTo: z
        .record(z.string(), z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected an E.164 number such as +14155550100'))
        .default({}),
      custom: z.array(customTool).default([]),
    })
    .prefault({}),
  limits: z
    .strictObject({
      maxCallMs: z.int().positive().default(1_800_000),
      /** Silence of both sides before the caller is asked whether he is still there. */
      idleMs: z.int().positive().default(8_000),
      /** How often he is asked before the call ends. */
      idlePrompts: z.int().min(0).default(2),
      /** A caller who never pauses is answered after this long. */
      maxTurnMs: z.int().positive().default(45_000),
      maxReplyTokens: z.int().positive().default(300),
      toolTimeoutMs: z.int().positive().default(8_000),
    })
    .prefault({}),
  temperature: z.number().min(0).max(1).default(0.3),
  openerAfterMs: z.int().min(0).default(550),
});

export type Agent = z.output<typeof agentSchema>;
