/** The least an app of this library can be. */
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';

const app = new App();
new Bucket(new Stack(app, 'Bare'), 'Bucket');
app.synth();
