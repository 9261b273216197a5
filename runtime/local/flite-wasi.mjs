/**
 * The little of WASI that flite needs: its arguments in, one file out, both in memory. Node's own `node:wasi` would ask
 * for a temporary directory and print an experimental-feature warning on every start.
 *
 * Plain JavaScript, because it runs in a worker thread, which does not inherit the loader that lets the rest be
 * TypeScript. Names and numbers: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const DIRECTORY = 3;
const REGULAR_FILE = 4;
/** Descriptors 0-2 are the standard streams; a program looks for its directories from 3 on. */
const ROOT_FD = 3;
const FILE_FD = 4;
const SEEK_ORIGINS = ['start', 'current', 'end'];

class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/**
 * Runs a compiled WASI command once.
 * @param {WebAssembly.Module} module
 * @param {string[]} args the command's own name first
 * @returns {Promise<{ exitCode: number, file: Uint8Array, output: string }>} `file` is what it wrote to the one file it
 *   may open, under any name; `output` is what it printed
 */
export async function runCommand(module, args) {
  const file = new MemoryFile();
  const printed = [];
  const argv = args.map((arg) => new TextEncoder().encode(`${arg}\0`));
  let memory;
  const view = () => new DataView(memory.buffer);
  const bytes = (at, length) => new Uint8Array(memory.buffer, at, length);
  const setU32 = (at, value) => view().setUint32(at, value, true);
  const setU64 = (at, value) => view().setBigUint64(at, value, true);

  /** A list of (address, length) pairs, as readv and writev take them. */
  const buffers = (at, count) =>
    Array.from({ length: count }, (_, i) =>
      bytes(view().getUint32(at + 8 * i, true), view().getUint32(at + 8 * i + 4, true)),
    );

  const wasi = {
    args_sizes_get(countAt, bytesAt) {
      setU32(countAt, argv.length);
      setU32(
        bytesAt,
        argv.reduce((sum, arg) => sum + arg.length, 0),
      );
      return SUCCESS;
    },
    args_get(pointersAt, textAt) {
      let at = textAt;
      argv.forEach((arg, i) => {
        setU32(pointersAt + 4 * i, at);
        bytes(at, arg.length).set(arg);
        at += arg.length;
      });
      return SUCCESS;
    },
    clock_time_get(_clock, _precision, at) {
      setU64(at, process.hrtime.bigint());
      return SUCCESS;
    },
    fd_prestat_get(fd, at) {
      if (fd !== ROOT_FD) return BAD_DESCRIPTOR;
      setU32(at, 0);
      setU32(at + 4, 1);
      return SUCCESS;
    },
    fd_prestat_dir_name(_fd, at) {
      bytes(at, 1)[0] = '/'.charCodeAt(0);
      return SUCCESS;
    },
    fd_fdstat_get(fd, at) {
      bytes(at, 24).fill(0);
      bytes(at, 1)[0] = fd === ROOT_FD ? DIRECTORY : REGULAR_FILE;
      setU64(at + 8, 0xffff_ffffn);
      setU64(at + 16, 0xffff_ffffn);
      return SUCCESS;
    },
    fd_fdstat_set_flags: () => SUCCESS,
    path_open(_directory, _lookup, _path, _pathLength, _open, _rights, _inherited, _flags, fdAt) {
      setU32(fdAt, FILE_FD);
      return SUCCESS;
    },
    fd_read(_fd, _at, _count, readAt) {
      setU32(readAt, 0);
      return SUCCESS;
    },
    fd_write(fd, at, count, writtenAt) {
      let written = 0;
      for (const chunk of buffers(at, count)) {
        if (fd === FILE_FD) file.write(chunk);
        else printed.push(chunk.slice());
        written += chunk.length;
      }
      setU32(writtenAt, written);
      return SUCCESS;
    },
    fd_seek(fd, offset, origin, positionAt) {
      if (fd !== FILE_FD) return BAD_DESCRIPTOR;
      setU64(positionAt, BigInt(file.seek(Number(offset), SEEK_ORIGINS[origin])));
      return SUCCESS;
    },
    fd_close: () => SUCCESS,
    proc_exit(code) {
      throw new Exit(code);
    },
  };

  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi });
  memory = instance.exports.memory;
  let exitCode = 0;
  try {
    instance.exports._start();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    exitCode = error.code;
  }
  return { exitCode, file: file.contents(), output: Buffer.concat(printed).toString() };
}

class MemoryFile {
  #bytes = new Uint8Array(1 << 18);
  #length = 0;
  #position = 0;

  write(chunk) {
    const end = this.#position + chunk.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#position);
    this.#position = end;
    this.#length = Math.max(this.#length, end);
  }

  seek(offset, origin) {
    const from = { start: 0, current: this.#position, end: this.#length }[origin];
    this.#position = Math.max(0, from + offset);
    return this.#position;
  }

  contents() {
    return this.#bytes.slice(0, this.#length);
  }
}
