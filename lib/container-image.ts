import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Finding } from '../regions/finding.ts';

const PROJECT = join(import.meta.dirname, '..');

/** `[ACCOUNT.dkr.ecr.REGION.SUFFIX/]repository[:tag|@digest]`; a first part with a dot in it is some other host. */
const IMAGE =
  /^(?:(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.[a-z.]+\/)?(?![^/]*\.[^/]*\/)(?<repository>[a-z0-9][a-z0-9._/-]*)(?::(?<tag>[\w][\w.-]{0,127})|@(?<digest>sha256:[0-9a-f]{64}))?$/;

/**
 * What keeps a task from running an image. A task has no way to any registry but ECR of its own region.
 * @param image `voicecell:1.4` in the account's own ECR, or a full ECR address; without it, our own Dockerfile.
 */
export function imageFindings(image: string | undefined, region: string): Finding[] {
  if (image === undefined) return [];
  const parts = IMAGE.exec(image)?.groups;
  if (parts && (parts.region === undefined || parts.region === region)) return [];
  return [
    {
      rule: 'image-in-region',
      path: 'context.image',
      found: image,
      allowed: `an image in ECR of ${region}: tasks have no way to any other registry`,
      fix: `push it there and name it ${image.slice(image.lastIndexOf('/') + 1)}, without a host: every cell then takes it from its own region`,
    },
  ];
}

/** The image a task runs, once {@link imageFindings} has none. */
export function containerImage(scope: Construct, image: string | undefined): ContainerImage {
  if (image === undefined)
    return ContainerImage.fromDockerImageAsset(
      new DockerImageAsset(scope, 'Image', { directory: PROJECT, platform: Platform.LINUX_ARM64 }),
    );
  const { repository, account, tag, digest } = IMAGE.exec(image)!.groups!;
  return ContainerImage.fromEcrRepository(
    Repository.fromRepositoryAttributes(scope, 'Repository', {
      repositoryName: repository!,
      repositoryArn: Stack.of(scope).formatArn({
        service: 'ecr',
        account,
        resource: 'repository',
        resourceName: repository,
      }),
    }),
    digest ?? tag ?? 'latest',
  );
}
