/** An account of the emulator: whoever signs with twelve digits as the access key is in the account of that number. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

export class Account {
  readonly id: string;
  readonly region: string;
  readonly endpoint: string;
  readonly cloudFormation: CloudFormationClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly rds: RDSClient;
  readonly route53: Route53Client;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
  readonly sts: STSClient;

  constructor(id: string, region: string, endpoint: string) {
    this.id = id;
    this.region = region;
    this.endpoint = endpoint;
    const config = { region, endpoint, credentials: { accessKeyId: id, secretAccessKey: 'any' } };
    this.cloudFormation = new CloudFormationClient(config);
    this.ec2 = new EC2Client(config);
    this.ecs = new ECSClient(config);
    this.rds = new RDSClient(config);
    this.route53 = new Route53Client(config);
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.ssm = new SSMClient(config);
    this.sts = new STSClient(config);
  }

  /** For a child process: this account on the emulator, and nothing of whoever runs the tests. */
  get environment(): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: this.id,
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_REGION: this.region,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }
}
