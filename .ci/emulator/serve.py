"""Serves ministack on 127.0.0.1:$GATEWAY_PORT, taught what a cell needs and ministack lacks.

The first line on stdout is JSON: who serves, and what was done to which resource types.
"""

import json
import sys
from importlib.metadata import version

import resources
from ministack import app
from ministack.services.cloudformation import provisioners, stacks

# Types that ministack's services have and its CloudFormation does not.
TAUGHT = {
    "AWS::EC2::FlowLog": resources.FlowLog(),
    "AWS::EC2::SecurityGroupEgress": resources.SecurityGroupRule("egress", "DestinationSecurityGroupId"),
    "AWS::EC2::SecurityGroupIngress": resources.SecurityGroupRule("ingress", "SourceSecurityGroupId"),
    "AWS::Route53::HealthCheck": resources.HealthCheck(),
    "AWS::WAFv2::WebACLAssociation": resources.FirewallAssociation(),
}
# Types that nothing in ministack has: accepted, and not created.
WRITTEN_DOWN = {
    "AWS::ApplicationAutoScaling::ScalableTarget": resources.WrittenDown(),
    "AWS::ApplicationAutoScaling::ScalingPolicy": resources.WrittenDown(),
    "AWS::WAFv2::LoggingConfiguration": resources.WrittenDown(),
}
# Types that ministack has and gets wrong.
MENDED = {
    "AWS::ECS::Service": resources.Service,
    "AWS::ECS::TaskDefinition": resources.TaskDefinition,
    "AWS::IAM::Role": resources.Role,
    "AWS::S3::Bucket": resources.Bucket,
    "AWS::SecretsManager::Secret": resources.Secret,
}
VERBS = ["create", "update", "delete"]


def teach(handlers):
    new = {**TAUGHT, **WRITTEN_DOWN}
    known = sorted(handlers.keys() & new.keys())
    if known:
        sys.exit(f"ministack {version('ministack')} has {', '.join(known)} itself: take them out of {__file__}")
    mended = {name: mend(handlers[name]) for name, mend in MENDED.items()}
    for name, resource in {**new, **mended}.items():
        kept = {key: value for key, value in handlers.get(name, {}).items() if key not in VERBS}
        handlers[name] = {**kept, **{verb: getattr(resource, verb) for verb in VERBS if hasattr(resource, verb)}}


def keep_the_loop_free():
    """What asks this server while it deploys must not hold up its event loop."""
    ministack_says = stacks._runs_on_worker_thread
    asking = TAUGHT.keys() | MENDED.keys()
    stacks._runs_on_worker_thread = lambda name: name in asking or ministack_says(name)


teach(provisioners._RESOURCE_HANDLERS)
keep_the_loop_free()
about = {
    "name": "ministack",
    "version": version("ministack"),
    "taught": [*TAUGHT],
    "writtenDown": [*WRITTEN_DOWN],
    "mended": [*MENDED],
}
print(json.dumps(about), flush=True)
sys.argv[1:] = []
app.main()
