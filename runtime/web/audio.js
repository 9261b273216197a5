// @ts-check
/**
 * @typedef {{ type: 'audio', mulaw: ArrayBuffer } | { type: 'mark', name: string, delayMs: number } | { type: 'clear' }} PlayerMessage
 */

/** A loudspeaker's delay beyond this is a browser's mistake. */
const MAX_DELAY_MS = 500;
/** A mark of our own, to learn when everything was played. Never sent to the cell. */
const END = '\u0000end';

/** The sound of one call: what the caller says in frames, what the agent says out of the loudspeaker. */
export class CallAudio {
  /**
   * Call it from a click: browsers give sound only to pages that were touched.
   * @param {{ onFrame: (frame: Uint8Array<ArrayBuffer>) => void, onMark: (name: string) => void, onMicrophoneLost: () => void }} handlers
   */
  static async open(handlers) {
    if (!globalThis.isSecureContext) {
      throw new Error('Browsers give sound only to pages from https:// or localhost. Open this page from one of them.');
    }
    const context = new AudioContext({ latencyHint: 'interactive' });
    // Not awaited: without a loudspeaker it may never settle, and the call can still be read.
    context.resume();
    try {
      await context.audioWorklet.addModule(new URL('./worklets.js', import.meta.url));
    } catch (cause) {
      context.close();
      throw new Error('The sound of this page could not be loaded from the cell. Reload the page.', { cause });
    }
    return new CallAudio(context, handlers);
  }

  /**
   * @param {AudioContext} context
   * @param {Parameters<typeof CallAudio.open>[0]} handlers
   */
  constructor(context, handlers) {
    this.context = context;
    this.handlers = handlers;
    /** @type {MediaStream | undefined} */
    this.microphone = undefined;
    /** @type {(() => void) | undefined} */
    this.onDrained = undefined;

    this.caller = new AudioWorkletNode(context, 'caller', { channelCount: 1, channelCountMode: 'explicit' });
    this.caller.port.onmessage = ({ data }) => handlers.onFrame(data);
    // Its output is silent; connected, it runs with the context's clock whether or not it has an input.
    this.caller.connect(context.destination);

    this.agent = new AudioWorkletNode(context, 'agent', { numberOfInputs: 0, outputChannelCount: [1] });
    this.agent.port.onmessage = ({ data }) => {
      if (data === END) this.onDrained?.();
      else handlers.onMark(data);
    };
    this.agent.connect(context.destination);
  }

  /** Frames hold the microphone's sound from now on. Rejects when there is none or its use is not allowed. */
  async openMicrophone() {
    if (this.microphone) return;
    const microphone = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    if (this.context.state === 'closed') {
      stop(microphone);
      return;
    }
    this.microphone = microphone;
    this.source = this.context.createMediaStreamSource(microphone);
    this.source.connect(this.caller);
    microphone.getAudioTracks()[0]?.addEventListener('ended', () => {
      this.closeMicrophone();
      this.handlers.onMicrophoneLost();
    });
  }

  /** Frames are silence from now on, and the browser's recording sign goes out. */
  closeMicrophone() {
    this.source?.disconnect();
    this.source = undefined;
    if (this.microphone) stop(this.microphone);
    this.microphone = undefined;
  }

  /** @param {ArrayBuffer} mulaw 8 kHz, any length */
  play(mulaw) {
    this.tell({ type: 'audio', mulaw });
  }

  /** @param {string} name */
  mark(name) {
    const delayMs = (this.context.outputLatency || 0) * 1000;
    this.tell({ type: 'mark', name, delayMs: Math.min(delayMs, MAX_DELAY_MS) });
  }

  clear() {
    this.tell({ type: 'clear' });
  }

  /** Resolves when all that was queued has been heard. */
  drained() {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        this.onDrained = resolve;
        this.mark(END);
      })
    );
  }

  close() {
    this.closeMicrophone();
    if (this.context.state !== 'closed') this.context.close();
  }

  /** @param {PlayerMessage} message */
  tell(message) {
    this.agent.port.postMessage(message, message.type === 'audio' ? [message.mulaw] : []);
  }
}

/** @param {MediaStream} microphone */
function stop(microphone) {
  for (const track of microphone.getTracks()) track.stop();
}
