import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { CellAlarms } from './alarms.ts';
import { RegionBoundary } from './boundary.ts';
import { CellBuckets } from './buckets.ts';
import { CellDashboard } from './dashboard.ts';
import { CellDatabase } from './database.ts';
import { CellHealth } from './health.ts';
import { Ingress } from './ingress.ts';
import { CellJobs } from './jobs.ts';
import { CellKeys } from './keys.ts';
import { CellNetwork } from './network.ts';
import { nextSteps } from './next-steps.ts';
import { isProtected, optOutsOf } from './opt-outs.ts';
import { Peers } from './peers.ts';
import { PrivateLink } from './private-link.ts';
import { CellSecrets } from './secrets.ts';
import { CellSessions } from './sessions.ts';
import { VoiceService } from './voice-service.ts';

/** Without a domain nobody outside can reach the cell: a channel that comes from outside would wait for nothing. */
export const asReachable = (cell: Cell): Cell =>
  cell.domain ? cell : { ...cell, channels: { ...cell.channels, twilio: undefined } };

export interface VoiceCellStackProps {
  readonly cell: Cell;
  /** An image in ECR of the cell's region. @default the Dockerfile of this repository */
  readonly image?: string;
}

/** A cell, from its keys to its dashboard. Nothing is decided here: every part reads the cell. */
export class VoiceCellStack extends Stack {
  /** The cell as it is deployed. */
  readonly cell: Cell;

  constructor(scope: Construct, id: string, { cell: wanted, image }: VoiceCellStackProps) {
    const cell = asReachable(wanted);
    super(scope, id, {
      env: { region: cell.region },
      description: `A VoiceCell in ${cell.region}, for personal data of ${cell.residency.join(', ')}`,
      terminationProtection: isProtected(cell),
      tags: { voicecell: cell.region },
    });
    this.cell = cell;
    this.templateOptions.metadata = { VoiceCell: { residency: cell.residency, optOuts: optOutsOf(cell) } };
    new RegionBoundary(this, 'Boundary');

    const keys = new CellKeys(this, 'Keys', cell);
    const network = new CellNetwork(this, 'Network', { cell, keys });
    const peers = new Peers(this, 'Peers', network.vpc);
    new PrivateLink(this, 'PrivateLink', { cell, network, peers });

    const database = new CellDatabase(this, 'Database', { cell, keys, network, peers });
    const sessions = new CellSessions(this, 'Sessions', { cell, keys, network, peers });
    const buckets = new CellBuckets(this, 'Buckets', { cell, keys });
    const secrets = new CellSecrets(this, 'Secrets', { cell, keys });

    const voice = new VoiceService(this, 'Voice', {
      cell,
      image,
      keys,
      network,
      peers,
      secrets,
      buckets,
      database,
      sessions,
    });
    const jobs = new CellJobs(this, 'Jobs', { cell, network, peers, voice });
    const ingress = new Ingress(this, 'Ingress', { cell, keys, network, peers, buckets, voice });

    const alarms = new CellAlarms(this, 'Alarms', { cell, keys, ingress, database, sessions, jobs });
    voice.rollBackOn(alarms);
    new CellHealth(this, 'Health', { cell, alarms });
    const { dashboard } = new CellDashboard(this, 'Dashboard', { cell, alarms });

    nextSteps(this, { cell: wanted, ingress, secrets, voice, alarms, dashboard });
  }

  /** Asking the account for its zones would need credentials; the cell knows them. */
  override get availabilityZones(): string[] {
    return [...this.cell.availabilityZones];
  }
}
