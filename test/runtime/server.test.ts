import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createHealth } from '../../runtime/observability/health.ts';
import { placeCall, roundTrip, startCellServer, TestSocket, until } from '../support/cell-server.ts';

describe('how the process is doing', () => {
  test('it is alive', async () => {
    const cell = await startCellServer();
    const response = await fetch(`${cell.http}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', region: 'eu-central-1' });
  });

  test('it is ready until it drains, and still alive then', async () => {
    const cell = await startCellServer();
    await placeCall(cell);
    const ready = await fetch(`${cell.http}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', region: 'eu-central-1', calls: 1 });
    cell.admission.drain();
    const draining = await fetch(`${cell.http}/readyz`);
    expect(draining.status).toBe(503);
    expect(await draining.json()).toMatchObject({ status: 'draining' });
    expect((await fetch(`${cell.http}/healthz`)).status).toBe(200);
  });

  test('it is not ready while it is full', async () => {
    const cell = await startCellServer();
    for (let i = 0; i < 10; i++) cell.admission.enter(`call ${i}`);
    const full = await fetch(`${cell.http}/readyz`);
    expect(full.status).toBe(503);
    expect(await full.json()).toMatchObject({ status: 'full', calls: 10 });
  });

  test('its services are reported, and 503 tells that no call can be held', async () => {
    const broken = () => Promise.reject(new Error('down'));
    const degraded = await startCellServer({ health: createHealth('eu-central-1', { database: broken }) });
    const response = await fetch(`${degraded.http}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'degraded',
      services: { database: { status: 'failed', region: 'eu-central-1' } },
    });
    const failed = await startCellServer({ health: createHealth('eu-central-1', { stt: broken }) });
    expect((await fetch(`${failed.http}/health`)).status).toBe(503);
  });
});

describe('the server', () => {
  test('does not listen on a port that is taken', async () => {
    const cell = await startCellServer();
    await expect(startCellServer({ port: cell.server.port })).rejects.toThrow('EADDRINUSE');
  });

  test('pings its sockets, and ends those that show no sign of life', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const cell = await startCellServer();
    const alive = await cell.mediaSocket();
    const dead = await cell.mediaSocket();
    if (!(alive instanceof TestSocket && dead instanceof TestSocket)) throw new Error('refused');
    dead.socket.pause();
    for (let beat = 0; beat < 3; beat++) {
      const pinged = once(alive.socket, 'ping');
      vi.advanceTimersByTime(20_000);
      await pinged;
      await roundTrip(alive);
    }
    dead.socket.resume();
    expect((await dead.closed).code).toBe(1006);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  test('survives connections that break in the middle of an upgrade', async () => {
    const cell = await startCellServer();
    for (const request of [
      'GET /twilio/media HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'GET /phone/call?token=%E0%A4%A HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: ::\r\n\r\n',
      'GET //[ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'GET / HTTP/1.1\r\nGARBAGE',
    ]) {
      const socket = connect(cell.server.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(request);
      socket.resetAndDestroy();
    }
    expect((await fetch(`${cell.http}/healthz`)).status).toBe(200);
  });

  test('answers what it does not know with 404, and does not log the address asked for', async () => {
    const cell = await startCellServer();
    expect((await fetch(`${cell.http}/admin?name=ann`)).status).toBe(404);
    expect(JSON.stringify(cell.logs)).not.toContain('ann');
  });

  test('ends its conversations with words when told to, also those that begin later', async () => {
    const cell = await startCellServer();
    const { call } = await placeCall(cell);
    cell.server.shutDownCalls();
    expect(call.wasShutDown()).toBe(true);
    const late = await placeCall(cell);
    await until(() => late.call.wasShutDown());
  });

  test('gives every place back, however a call ends', async () => {
    const cell = await startCellServer();
    const first = await placeCall(cell);
    first.call.end('agent-ended');
    const second = await placeCall(cell);
    second.call.channel.leave({ action: 'hang-up' });
    const third = await placeCall(cell);
    third.socket.socket.terminate();
    await until(() => cell.admission.active === 0);
  });

  test('closes within moments although sockets are open', async () => {
    const cell = await startCellServer();
    const { socket } = await placeCall(cell);
    await cell.server.close();
    expect((await socket.closed).code).toBe(1006);
  });
});
