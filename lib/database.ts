import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  CaCertificate,
  type CfnDBInstance,
  Credentials,
  DatabaseInsightsMode,
  DatabaseInstance,
  DatabaseInstanceEngine,
  ParameterGroup,
  PerformanceInsightRetention,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { holds } from './data-class.ts';
import type { CellKeys } from './keys.ts';
import { cellLogGroup } from './log-groups.ts';
import type { CellNetwork } from './network.ts';
import { isMultiAz, isProtected } from './opt-outs.ts';
import type { Peers } from './peers.ts';
import { PORTS } from './ports.ts';

export interface CellDatabaseProps {
  readonly cell: Cell;
  readonly keys: CellKeys;
  readonly network: CellNetwork;
  readonly peers: Peers;
}

const ENGINE = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17_9 });

/** Written to CloudWatch; the groups are made here so that they have a key and a retention. */
const LOG_EXPORTS = ['postgresql', 'upgrade'];

const PARAMETERS = {
  'rds.force_ssl': '1',
  ssl_min_protocol_version: 'TLSv1.2',
  // Slow statements are logged, what was bound to them is not: it is what callers said.
  log_min_duration_statement: '500',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** The cell's PostgreSQL. There is no password anywhere: every login, the owner's too, is an IAM token over TLS. */
export class CellDatabase extends Construct {
  readonly instance: DatabaseInstance;
  readonly name = 'voicecell';
  /** Owns the schema; the process that migrates logs in as this user. */
  readonly user = 'voicecell';
  /** What calls are written and answered with, and what administration and the jobs use; both are made by the migrations. */
  readonly roles = ['voicecell_runtime', 'voicecell_admin'] as const;
  readonly identifier = 'voicecell';

  constructor(scope: Construct, id: string, { cell, keys, network, peers }: CellDatabaseProps) {
    super(scope, id);
    this.instance = new DatabaseInstance(this, 'Instance', {
      engine: ENGINE,
      instanceIdentifier: this.identifier,
      instanceType: new InstanceType(cell.capacity.databaseClass.replace(/^db\./, '')),
      databaseName: this.name,
      credentials: Credentials.fromUsername(this.user),
      manageMasterUserPassword: true,
      iamAuthentication: true,
      port: PORTS.database,

      vpc: network.vpc,
      vpcSubnets: network.data,
      securityGroups: [peers.database],
      publiclyAccessible: false,
      multiAz: isMultiAz(cell),
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      parameterGroup: new ParameterGroup(this, 'Parameters', { engine: ENGINE, parameters: PARAMETERS }),

      storageType: StorageType.GP3,
      allocatedStorage: cell.capacity.databaseStorageGiB,
      maxAllocatedStorage: cell.capacity.databaseStorageGiB * 4,
      storageEncrypted: true,
      storageEncryptionKey: keys.conversations,

      backupRetention: Duration.days(14),
      deleteAutomatedBackups: !isProtected(cell),
      copyTagsToSnapshot: true,
      deletionProtection: isProtected(cell),
      removalPolicy: isProtected(cell) ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
      autoMinorVersionUpgrade: true,
      preferredBackupWindow: '03:00-04:00',
      preferredMaintenanceWindow: 'sun:04:30-sun:05:30',

      cloudwatchLogsExports: LOG_EXPORTS,
      databaseInsightsMode: DatabaseInsightsMode.ADVANCED,
      performanceInsightRetention: PerformanceInsightRetention.MONTHS_15,
      performanceInsightEncryptionKey: keys.conversations,
    });
    holds(this.instance, 'conversations');
    this.ownerLogsInByIam();

    for (const log of LOG_EXPORTS) {
      const name = `/aws/rds/instance/${this.identifier}/${log}`;
      this.instance.node.addDependency(cellLogGroup(this, `Log-${log}`, { cell, key: keys.operations, name }));
    }
  }

  /** Lets a role log in to the database, as its owner and as those who may do less. */
  grantLogin(role: Role): void {
    for (const user of [this.user, ...this.roles]) this.instance.grantConnect(role, user);
  }

  /** The construct library knows only passwords for the owner; RDS for PostgreSQL has known better since 2025. */
  private ownerLogsInByIam(): void {
    const instance = this.instance.node.defaultChild as CfnDBInstance;
    instance.manageMasterUserPassword = undefined;
    instance.masterUserAuthenticationType = 'iam-db-auth';
  }

  /** `voicecell.abc.REGION.rds.…`, resolved when deployed. */
  get host(): string {
    return this.instance.dbInstanceEndpointAddress;
  }

  get arn(): string {
    return Stack.of(this).formatArn({ service: 'rds', resource: 'db', resourceName: this.identifier });
  }
}
