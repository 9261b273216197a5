"""Resource types for ministack's CloudFormation, each made by the operations a person would call.

A type has `create(logical_id, properties, stack) -> (physical id, attributes)` and `delete(physical id, properties)`:
what ministack asks of its own. One that has no `update` is created anew when it changes.
"""

import uuid
from functools import cache

import botocore.session
from botocore import xform_name
from ministack import app
from ministack.core.responses import get_account_id, get_region

EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def client(service):
    """Asks this very server, as the account and in the region of the stack that is being deployed."""
    return client_of(service, get_account_id(), get_region())


@cache
def client_of(service, account, region):
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=f"http://127.0.0.1:{app._resolve_port()}",
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="any",
    )


def only(properties, *names):
    """Those of the properties that the template gives."""
    return {name: properties[name] for name in names if name in properties}


def spelled_as(shape, value):
    """A property as the API spells it: `ReadonlyRootFilesystem` -> `readonlyRootFilesystem`."""
    if shape.type_name == "list":
        return [spelled_as(shape.member, item) for item in value]
    if shape.type_name != "structure":
        return value
    members = {member.lower(): member for member in shape.members}
    names = {name: members[name.lower()] for name in value}
    return {names[name]: spelled_as(shape.members[names[name]], inner) for name, inner in value.items()}


def made_by(service, operation, properties):
    """Calls the operation whose parameters are the properties of the type."""
    asked = client(service)
    shape = asked.meta.service_model.operation_model(operation).input_shape
    return getattr(asked, xform_name(operation))(**spelled_as(shape, properties))


# Types that ministack's services have and its CloudFormation does not.


class SecurityGroupRule:
    def __init__(self, direction, peer):
        self.direction, self.peer = direction, peer

    def create(self, _logical_id, properties, _stack):
        permission = only(properties, "IpProtocol", "FromPort", "ToPort")
        permission["UserIdGroupPairs"] = [{"GroupId": properties[self.peer]}]
        made = self.call("authorize", GroupId=properties["GroupId"], IpPermissions=[permission])
        if self.direction == "egress":
            # CloudFormation's first rule takes the place of EC2's own, which lets everything out.
            self.call("revoke", GroupId=properties["GroupId"], IpPermissions=[EVERYTHING])
        return made["SecurityGroupRules"][0]["SecurityGroupRuleId"], {}

    def delete(self, rule, properties):
        self.call("revoke", GroupId=properties["GroupId"], SecurityGroupRuleIds=[rule])

    def call(self, verb, **parameters):
        return getattr(client("ec2"), f"{verb}_security_group_{self.direction}")(**parameters)


class FlowLog:
    def create(self, _logical_id, properties, _stack):
        given = ["ResourceType", "TrafficType", "LogDestinationType", "LogGroupName", "DeliverLogsPermissionArn"]
        made = client("ec2").create_flow_logs(ResourceIds=[properties["ResourceId"]], **only(properties, *given))
        return made["FlowLogIds"][0], {}

    def delete(self, flow_log, _properties):
        client("ec2").delete_flow_logs(FlowLogIds=[flow_log])


class HealthCheck:
    def create(self, _logical_id, properties, _stack):
        config = properties["HealthCheckConfig"]
        made = client("route53").create_health_check(CallerReference=uuid.uuid4().hex, HealthCheckConfig=config)
        check = made["HealthCheck"]["Id"]
        return check, {"HealthCheckId": check}

    def delete(self, check, _properties):
        client("route53").delete_health_check(HealthCheckId=check)


class FirewallAssociation:
    def create(self, _logical_id, properties, _stack):
        client("wafv2").associate_web_acl(**only(properties, "WebACLArn", "ResourceArn"))
        return f"{properties['WebACLArn']}|{properties['ResourceArn']}", {}

    def delete(self, _association, properties):
        client("wafv2").disassociate_web_acl(**only(properties, "ResourceArn"))


# Types that nothing in ministack has.


class WrittenDown:
    """The stack remembers that it was asked for; there is nothing else."""

    def create(self, logical_id, _properties, stack):
        return f"{stack}/{logical_id}", {}

    def delete(self, _physical_id, _properties):
        pass


# Types that ministack has and gets wrong. Each is handed ministack's own, and puts one thing right.


class TaskDefinition:
    """ministack forgets the processor and the names of the secrets."""

    def __init__(self, own):
        self.delete = own["delete"]

    def create(self, _logical_id, properties, _stack):
        made = made_by("ecs", "RegisterTaskDefinition", properties)["taskDefinition"]["taskDefinitionArn"]
        return made, {"TaskDefinitionArn": made}


class Service:
    """ministack forgets the grace period, the tags that tasks inherit and the balance of zones."""

    def __init__(self, own):
        self.update, self.delete = own["update"], own["delete"]

    def create(self, logical_id, properties, stack):
        named = {"ServiceName": f"{stack}-{logical_id}", **properties}
        made = made_by("ecs", "CreateService", named)["service"]
        return made["serviceArn"], {"ServiceArn": made["serviceArn"], "Name": made["serviceName"]}


class Bucket:
    """ministack forgets the encryption."""

    def __init__(self, own):
        self.own, self.delete = own, own["delete"]

    def create(self, logical_id, properties, stack):
        return self.encrypted(self.own["create"](logical_id, properties, stack), properties)

    def update(self, physical_id, old, new, stack):
        return self.encrypted(self.own["update"](physical_id, old, new, stack), new)

    @staticmethod
    def encrypted(made, properties):
        bucket, _attributes = made
        for rule in properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", []):
            by_default = rule["ServerSideEncryptionByDefault"]
            # ministack has no keys of AWS's own: only what names a key can be told to it.
            if "KMSMasterKeyID" in by_default:
                spelled = {"ApplyServerSideEncryptionByDefault": by_default, **only(rule, "BucketKeyEnabled")}
                client("s3").put_bucket_encryption(
                    Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [spelled]}
                )
        return made


class Role:
    """ministack forgets the permissions boundary."""

    def __init__(self, own):
        self.own, self.delete = own, own["delete"]

    def create(self, logical_id, properties, stack):
        return self.bounded(self.own["create"](logical_id, properties, stack), properties)

    def update(self, physical_id, old, new, stack, logical_id):
        return self.bounded(self.own["update"](physical_id, old, new, stack, logical_id), new)

    @staticmethod
    def bounded(made, properties):
        role, _attributes = made
        if "PermissionsBoundary" in properties:
            client("iam").put_role_permissions_boundary(RoleName=role, **only(properties, "PermissionsBoundary"))
        return made


class Secret:
    """`Ref` of a secret is its ARN; ministack makes it the name."""

    def __init__(self, own):
        self.own = own

    def create(self, logical_id, properties, stack):
        _name, attributes = self.own["create"](logical_id, properties, stack)
        return attributes["Arn"], attributes

    def update(self, arn, old, new, stack, logical_id):
        self.own["update"](name_of_secret(arn), old, new, stack, logical_id)
        return arn, {"Id": arn, "Arn": arn}

    def delete(self, arn, properties):
        self.own["delete"](name_of_secret(arn), properties)


def name_of_secret(arn):
    """`arn:...:secret:voicecell/phone-key-1a2b3c` -> `voicecell/phone-key`"""
    return arn.split(":", 6)[6].rsplit("-", 1)[0]
