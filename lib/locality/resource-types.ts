/**
 * Which resource types may stand in a cell. A list of what is allowed, not of what is forbidden: a type nobody has looked
 * at may replicate, peer or route in a way no rule knows. To add one, read its properties for regions, replicas, peers and
 * global endpoints, give `rules/replication.ts`, `rules/peering.ts` or `rules/global-edge.ts` what you find, then list it here.
 * Read against the resource types in aws-cdk-lib 2.276.0 on 2026-11-22.
 */

/** Types that exist in one region, and whose properties that could reach another are known to the rules. */
const REGIONAL: { readonly [service: string]: string } = {
  AmazonMQ: 'Broker Configuration ConfigurationAssociation',
  ApiGatewayV2: 'Api ApiMapping Authorizer DomainName Integration Route Stage VpcLink',
  AppConfig: 'Application ConfigurationProfile Deployment Environment HostedConfigurationVersion',
  ApplicationAutoScaling: 'ScalableTarget ScalingPolicy',
  Athena: 'NamedQuery PreparedStatement WorkGroup',
  AutoScaling: 'AutoScalingGroup LaunchConfiguration LifecycleHook ScalingPolicy ScheduledAction WarmPool',
  Backup: 'BackupPlan BackupSelection BackupVault',
  Batch: 'ComputeEnvironment JobDefinition JobQueue',
  Bedrock: 'Agent AgentAlias DataSource Flow Guardrail GuardrailVersion KnowledgeBase Prompt PromptVersion',
  CDK: 'Metadata',
  CertificateManager: 'Certificate',
  CloudFormation: 'CustomResource Macro Stack WaitCondition WaitConditionHandle',
  CloudTrail: 'Trail',
  CloudWatch: 'Alarm AnomalyDetector CompositeAlarm Dashboard InsightRule MetricStream',
  CodeBuild: 'Project ReportGroup SourceCredential',
  CodeDeploy: 'Application DeploymentConfig DeploymentGroup',
  Cognito:
    'IdentityPool IdentityPoolRoleAttachment UserPool UserPoolClient UserPoolDomain UserPoolGroup UserPoolResourceServer UserPoolUser',
  Connect:
    'ApprovedOrigin ContactFlow ContactFlowModule ContactFlowVersion EmailAddress EvaluationForm HoursOfOperation Instance InstanceStorageConfig IntegrationAssociation PhoneNumber PredefinedAttribute Prompt Queue QuickConnect RoutingProfile Rule SecurityKey SecurityProfile TaskTemplate User UserHierarchyGroup View ViewVersion',
  DynamoDB: 'GlobalTable Table',
  EC2: 'CustomerGateway DHCPOptions EIP EIPAssociation EgressOnlyInternetGateway FlowLog GatewayRouteTableAssociation Instance InternetGateway KeyPair LaunchTemplate NatGateway NetworkAcl NetworkAclEntry NetworkInterface NetworkInterfaceAttachment PrefixList Route RouteTable SecurityGroup SecurityGroupEgress SecurityGroupIngress SecurityGroupVpcAssociation Subnet SubnetCidrBlock SubnetNetworkAclAssociation SubnetRouteTableAssociation TransitGateway TransitGatewayAttachment TransitGatewayPeeringAttachment TransitGatewayRoute TransitGatewayRouteTable VPC VPCCidrBlock VPCDHCPOptionsAssociation VPCEndpoint VPCEndpointService VPCEndpointServicePermissions VPCGatewayAttachment VPCPeeringConnection Volume VolumeAttachment',
  ECR: 'ReplicationConfiguration Repository RepositoryCreationTemplate',
  ECS: 'CapacityProvider Cluster ClusterCapacityProviderAssociations PrimaryTaskSet Service TaskDefinition TaskSet',
  EFS: 'AccessPoint FileSystem MountTarget',
  ElastiCache: 'ParameterGroup ReplicationGroup ServerlessCache SubnetGroup User UserGroup',
  ElasticLoadBalancingV2:
    'Listener ListenerCertificate ListenerRule LoadBalancer TargetGroup TrustStore TrustStoreRevocation',
  Events: 'ApiDestination Archive Connection EventBus EventBusPolicy Rule',
  FIS: 'ExperimentTemplate',
  Glue: 'Classifier Connection Crawler Database Job SecurityConfiguration Table Trigger Workflow',
  KMS: 'Alias Key',
  Kinesis: 'ResourcePolicy Stream StreamConsumer',
  KinesisFirehose: 'DeliveryStream',
  KinesisVideo: 'SignalingChannel Stream',
  Lambda:
    'Alias CodeSigningConfig EventInvokeConfig EventSourceMapping Function LayerVersion LayerVersionPermission Permission Url Version',
  Lex: 'Bot BotAlias BotVersion ResourcePolicy',
  Logs: 'AccountPolicy Delivery DeliveryDestination DeliverySource Destination LogGroup LogStream MetricFilter QueryDefinition ResourcePolicy SubscriptionFilter',
  MemoryDB: 'ACL Cluster ParameterGroup SubnetGroup User',
  NetworkFirewall:
    'Firewall FirewallPolicy LoggingConfiguration RuleGroup TLSInspectionConfiguration VpcEndpointAssociation',
  OpenSearchServerless: 'AccessPolicy Collection LifecyclePolicy SecurityConfig SecurityPolicy VpcEndpoint',
  OpenSearchService: 'Domain',
  Pipes: 'Pipe',
  RDS: 'DBCluster DBClusterParameterGroup DBInstance DBParameterGroup DBProxy DBProxyEndpoint DBProxyTargetGroup DBSubnetGroup EventSubscription OptionGroup',
  ResourceGroups: 'Group',
  Route53Resolver:
    'FirewallDomainList FirewallRuleGroup FirewallRuleGroupAssociation ResolverConfig ResolverDNSSECConfig ResolverQueryLoggingConfig ResolverQueryLoggingConfigAssociation ResolverRule ResolverRuleAssociation',
  S3: 'AccessPoint Bucket BucketPolicy',
  SNS: 'Subscription Topic TopicInlinePolicy TopicPolicy',
  SQS: 'Queue QueueInlinePolicy QueuePolicy',
  SSM: 'Association Document MaintenanceWindow MaintenanceWindowTarget MaintenanceWindowTask Parameter PatchBaseline ResourceDataSync',
  Scheduler: 'Schedule ScheduleGroup',
  SecretsManager: 'ResourcePolicy RotationSchedule Secret SecretTargetAttachment',
  ServiceDiscovery: 'HttpNamespace Instance PrivateDnsNamespace Service',
  Signer: 'ProfilePermission SigningProfile',
  StepFunctions: 'Activity StateMachine StateMachineAlias StateMachineVersion',
  Synthetics: 'Canary Group',
  VpcLattice:
    'AccessLogSubscription AuthPolicy Listener Rule Service ServiceNetwork ServiceNetworkServiceAssociation ServiceNetworkVpcAssociation TargetGroup',
  WAFv2: 'IPSet LoggingConfiguration RegexPatternSet RuleGroup WebACL WebACLAssociation',
  XRay: 'Group SamplingRule TransactionSearchConfig',
};

/** Types that exist in no region, with the reason why a cell may have them all the same. */
const GLOBAL_ALLOWED: { readonly [type: string]: string } = {
  'AWS::IAM::Group': 'identities exist in the whole partition and hold no data of callers',
  'AWS::IAM::InstanceProfile': 'identities exist in the whole partition and hold no data of callers',
  'AWS::IAM::ManagedPolicy': 'policies exist in the whole partition and hold no data of callers',
  'AWS::IAM::OIDCProvider': 'identities exist in the whole partition and hold no data of callers',
  'AWS::IAM::Policy': 'policies exist in the whole partition and hold no data of callers',
  'AWS::IAM::Role': 'identities exist in the whole partition and hold no data of callers',
  'AWS::IAM::RolePolicy': 'policies exist in the whole partition and hold no data of callers',
  'AWS::IAM::ServiceLinkedRole': 'identities exist in the whole partition and hold no data of callers',
  'AWS::Route53::HealthCheck': 'probes come in from several regions, see a status page, and carry nothing',
  'AWS::Route53::HostedZone': 'names are answered from everywhere by design; they are public',
  'AWS::Route53::RecordSet': 'names are answered from everywhere by design; they are public',
  'AWS::Route53::RecordSetGroup': 'names are answered from everywhere by design; they are public',
};

/** Types, or whole services, that reach beyond a region by what they are. */
const BEYOND: readonly (readonly [types: RegExp, problem: string])[] = [
  [/^AWS::CloudFront::/, 'serves from edge locations all over the world'],
  [/^AWS::GlobalAccelerator::/, 'ends connections at edge locations all over the world'],
  [/^AWS::S3::(?:MultiRegionAccessPoint|MultiRegionAccessPointPolicy|StorageLens)/, 'spans buckets of several regions'],
  [/^AWS::KMS::ReplicaKey$/, 'is a copy of a key of another region'],
  [/^AWS::(?:RDS|DocDB|Neptune)::GlobalCluster$/, 'is a database in several regions'],
  [/^AWS::ElastiCache::GlobalReplicationGroup$/, 'is a cache in several regions'],
  [/^AWS::MemoryDB::MultiRegionCluster$/, 'is a database in several regions'],
  [/^AWS::Events::Endpoint$/, 'sends events to two regions'],
  [/^AWS::SES::MultiRegionEndpoint$/, 'sends mail from several regions'],
  [/^AWS::Connect::TrafficDistributionGroup$/, 'shares calls with an instance in another region'],
  [/^AWS::CloudFormation::StackSet$/, 'deploys to several regions'],
  [
    /^AWS::(?:Config::(?:Configuration|Organization)\w*Aggregat|SecurityHub::FindingAggregator)/,
    'collects from several regions',
  ],
  [/^AWS::Oam::/, 'shares metrics, logs and traces with another account'],
  [/^AWS::ObservabilityAdmin::/, 'collects telemetry of several regions'],
  [/^AWS::ResourceExplorer2::/, 'indexes several regions'],
  [/^AWS::NetworkManager::/, 'joins networks of several regions'],
  [/^AWS::ARCRegionSwitch::|^AWS::Route53Recovery/, 'moves traffic between regions'],
  [/^AWS::SSMIncidents::ReplicationSet$/, 'keeps incidents in several regions'],
  [/^AWS::ECR::Public/, 'publishes images to the whole world'],
  [/^AWS::ECR::PullThroughCacheRule$/, 'fetches images from another registry'],
  [/^AWS::MSK::Replicator$/, 'copies topics to another cluster'],
  [/^AWS::Cognito::UserPoolReplica$/, 'is a copy of a user pool of another region'],
  [/^AWS::Bedrock::(?:ApplicationInferenceProfile|IntelligentPromptRouter)$/, 'routes model requests to other regions'],
  [/^AWS::Lambda::WebFunctionEndpoint$/, 'serves from several regions'],
  [/^AWS::Organizations::/, 'governs accounts in every region'],
  [/^Custom::CrossRegion(?:Export|StringParameter)/, 'carries values between stacks of different regions'],
  [/^Custom::DynamoDBReplica$/, 'makes a replica of a table in another region'],
];

const regional = new Set(
  Object.entries(REGIONAL).flatMap(([service, names]) => names.split(' ').map((name) => `AWS::${service}::${name}`)),
);

/** Why a type may not stand in a cell; undefined when it may. */
export function problemOfType(type: string): string | undefined {
  const beyond = BEYOND.find(([types]) => types.test(type))?.[1];
  if (beyond !== undefined) return beyond;
  // What a custom resource does, its properties say, and the rules read them.
  if (regional.has(type) || Object.hasOwn(GLOBAL_ALLOWED, type) || /^(?:Custom|CloudAssembly)::/.test(type))
    return undefined;
  return 'is of a type that nobody has examined';
}
