// @ts-check
/** Runs on the browser's audio thread: the two ends of the call's sound. */
import { FrameMaker } from './frames.js';
import { Playout } from './playout.js';

/**
 * Posts a µ-law frame every 20 ms of the audio clock. With no microphone connected the frames are silence, so the call
 * goes on at the same pace: the audio clock never stops.
 */
class CallerProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frames = new FrameMaker(sampleRate);
  }

  /** @param {Float32Array[][]} inputs @param {Float32Array[][]} outputs */
  process(inputs, outputs) {
    const silence = outputs[0]?.[0] ?? new Float32Array();
    for (const frame of this.frames.push(inputs[0]?.[0] ?? silence)) this.port.postMessage(frame, [frame.buffer]);
    return true;
  }
}

/** Plays what it is sent and posts the name of each mark once the audio before it was heard or cleared. */
class AgentProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.playout = new Playout(sampleRate);
    /** @param {MessageEvent<import('./audio.js').PlayerMessage>} message */
    this.port.onmessage = ({ data }) => {
      if (data.type === 'audio') this.playout.push(new Uint8Array(data.mulaw));
      else if (data.type === 'mark') this.playout.mark(data.name, data.delayMs);
      else this.report(this.playout.clear());
    };
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const block = outputs[0]?.[0];
    if (block) this.report(this.playout.fill(block));
    return true;
  }

  /** @param {string[]} marks */
  report(marks) {
    for (const mark of marks) this.port.postMessage(mark);
  }
}

registerProcessor('caller', CallerProcessor);
registerProcessor('agent', AgentProcessor);
