// The stack of this project in TypeScript, as plainly as it can be written: the same constructs with the same
// properties, so that the time it takes to synthesize is what the AWS CDK itself needs. It reads the same context but
// checks nothing of it, and knows only what the benchmark configures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App,
  ArnFormat,
  Aws,
  CfnOutput,
  CfnResource,
  CustomResource,
  Duration,
  NestedStack,
  RemovalPolicy,
  Stack,
  aws_athena as athena,
  aws_glue as glue,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_s3 as s3,
  custom_resources,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

const RESOURCES = process.env.QUILT_ATHENA_RESOURCES!;
const BY_ATHENA = { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'athena.amazonaws.com' } };
const VIEWS_AT_ONCE = 5;
const GROUPS_AT_ONCE = 3;

const templates = Object.fromEntries(
  ['packages_view', 'packages_of_bucket', 'objects_view', 'objects_of_bucket', 'pointers', 'example_query'].map((name) => [
    name,
    readFileSync(join(RESOURCES, `${name}.sql`), 'utf8'),
  ]),
);

function sql(name: string, values: Record<string, string>): string {
  return templates[name].replace(/\$\{(\w+)}/g, (_, key) => values[key]).trimEnd();
}

const MANIFESTS_COLUMNS = {
  logical_key: 'string',
  physical_keys: 'array<string>',
  size: 'string',
  hash: 'struct<type:string,value:string>',
  meta: 'string',
  user_meta: 'string',
  message: 'string',
  version: 'string',
};
const PACKAGES_COLUMNS = { hash: 'string' };

function prefix(bucket: string): string {
  return bucket.replace(/[.-]/g, '_');
}

function viewQuery(template: string, buckets: string[], bucketColumn: string): string {
  const rowsOfBuckets = buckets
    .map((bucket) =>
      sql(template.replace('_view', '_of_bucket'), {
        bucket,
        manifestsTable: `${prefix(bucket)}_quilt_manifests`,
        pointers: sql('pointers', { pointersTable: `${prefix(bucket)}_quilt_packages` }),
      }),
    )
    .join('\nUNION ALL\n');
  const columns = (table: string, types: object) =>
    `\n-- Over ${table} (${Object.entries(types)
      .map(([column, type]) => `${column} ${type}`)
      .join(', ')})`;
  return (
    sql(template, { rowsOfBuckets, bucketColumn }) +
    columns('manifests', MANIFESTS_COLUMNS) +
    columns('packages', PACKAGES_COLUMNS)
  );
}

const VIEWS = [
  ['PackagesView', 'packages_view'],
  ['ObjectsView', 'objects_view'],
];

class Views {
  private readonly views: CustomResource[] = [];

  constructor(
    private readonly provider: ViewProvider,
    private readonly workGroup: string,
    private readonly database: string,
  ) {}

  declare(scope: Construct, id: string, name: string, query: string, tables: Construct[]): void {
    const view = new CustomResource(new Construct(scope, id), 'Resource', {
      serviceToken: this.provider.serviceToken,
      serviceTimeout: Duration.minutes(12),
      resourceType: 'Custom::AthenaView',
      properties: { WorkGroup: this.workGroup, Database: this.database, ViewName: name, Query: query },
    });
    view.node.addDependency(this.provider.role, ...tables);
    if (this.views.length >= VIEWS_AT_ONCE) {
      view.node.addDependency(this.views[this.views.length - VIEWS_AT_ONCE]);
    }
    this.views.push(view);
  }
}

class ViewProvider extends Construct {
  readonly role: iam.Role;
  readonly serviceToken: string;

  constructor(scope: Construct) {
    super(scope, 'AthenaViewProvider');
    const handlerLog = this.log('HandlerLog');
    this.role = this.functionRole('HandlerRole', 'Creates and drops Athena views', handlerLog);
    const handler = new lambda.Function(this, 'Handler', {
      description: 'Creates, replaces and drops Athena views for Custom::AthenaView',
      runtime: lambda.Runtime.JAVA_25,
      architecture: lambda.Architecture.ARM_64,
      handler: 'com.quiltdata.athena.view.ViewHandler',
      code: lambda.Code.fromAsset(join(RESOURCES, 'view-handler.jar')),
      memorySize: 512,
      timeout: Duration.minutes(10),
      environment: { JAVA_TOOL_OPTIONS: '-XX:+TieredCompilation -XX:TieredStopAtLevel=1' },
      role: this.role,
      logGroup: handlerLog,
      loggingFormat: lambda.LoggingFormat.JSON,
    });
    const frameworkLog = this.log('FrameworkLog');
    const framework = new custom_resources.Provider(this, 'Framework', {
      onEventHandler: handler,
      frameworkOnEventRole: this.functionRole('FrameworkRole', 'Answers CloudFormation', frameworkLog),
      logGroup: frameworkLog,
    });
    this.serviceToken = framework.serviceToken;
    const frameworkFunction = framework.node.findChild('framework-onEvent').node.defaultChild as lambda.CfnFunction;
    frameworkFunction.timeout = Duration.minutes(11).toSeconds();
  }

  private log(id: string): logs.LogGroup {
    return new logs.LogGroup(this, id, {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private functionRole(id: string, description: string, log: logs.LogGroup): iam.Role {
    const role = new iam.Role(this, id, {
      description,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    log.grantWrite(role);
    return role;
  }
}

class QuiltBucketTables extends Construct {
  readonly tables: glue.CfnTable[];

  constructor(
    scope: Construct,
    bucket: string,
    database: string,
    workGroup: string,
    views: Views,
    databaseName: string,
  ) {
    super(scope, bucket);
    const manifests = this.table(
      'ManifestsTable',
      database,
      `${prefix(bucket)}_quilt_manifests`,
      `Manifests of the Quilt packages in ${bucket}, one row a line`,
      MANIFESTS_COLUMNS,
      `s3://${bucket}/.quilt/packages/`,
      'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat',
      {
        serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
        parameters: { 'ignore.malformed.json': 'true' },
      },
      '1605312102',
    );
    const packages = this.table(
      'PackagesTable',
      database,
      `${prefix(bucket)}_quilt_packages`,
      `Pointers to the revisions of the Quilt packages in ${bucket}`,
      PACKAGES_COLUMNS,
      `s3://${bucket}/.quilt/named_packages/`,
      'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      {
        serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
        parameters: { 'field.delim': ',', 'serialization.format': ',' },
      },
      '1557626200',
      { numFiles: '10000', numRows: '10000', rawDataSize: '640000', totalSize: '640000' },
    );
    this.tables = [manifests, packages];
    for (const [viewId, template] of VIEWS) {
      const name = `${prefix(bucket)}_quilt_${template}`;
      views.declare(this, viewId, name, viewQuery(template, [bucket], ''), this.tables);
    }
    new athena.CfnNamedQuery(this, 'ExampleQuery', {
      name: `Quilt packages in ${bucket}: files by metadata`,
      description: 'Finds files by the metadata of their entries; change the conditions to your own',
      workGroup,
      database,
      queryString: sql('example_query', { database: databaseName, objectsView: `${prefix(bucket)}_quilt_objects_view` }),
    }).applyRemovalPolicy(RemovalPolicy.DESTROY);
  }

  private table(
    id: string,
    databaseName: string,
    name: string,
    description: string,
    columns: Record<string, string>,
    location: string,
    outputFormat: string,
    serdeInfo: glue.CfnTable.SerdeInfoProperty,
    lastDdlTime: string,
    sizeHint: Record<string, string> = {},
  ): glue.CfnTable {
    const table = new glue.CfnTable(this, id, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName,
      tableInput: {
        name,
        description,
        tableType: 'EXTERNAL_TABLE',
        parameters: { EXTERNAL: 'TRUE', has_encrypted_data: 'false', transient_lastDdlTime: lastDdlTime, ...sizeHint },
        storageDescriptor: {
          columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
          location,
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat,
          serdeInfo,
        },
      },
    });
    table.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return table;
  }
}

class QuiltAthenaStack extends Stack {
  constructor(app: App) {
    super(app, 'QuiltAthena', { description: 'Quilt package metadata, queryable with Amazon Athena' });
    const company: string = this.node.getContext('companyName');
    const configured: string[] | Record<string, string[]> = this.node.getContext('quiltBuckets');
    const groups: [string | undefined, string[]][] = Array.isArray(configured)
      ? [[undefined, configured]]
      : Object.entries(configured);
    const databaseName = 'quilt_query';
    const longestName = Math.max(...groups.flatMap(([, names]) => names.map((name) => name.length)));
    this.node.setContext(
      '@aws-cdk/aws-iam.arnSizeEstimate',
      `arn:aws-us-gov:glue:us-isof-south-1:123456789012:table/${databaseName}/_quilt_packages_view`.length +
        longestName,
    );

    const results = new Construct(this, 'QueryResults');
    const resultsBucket = new s3.Bucket(results, 'Bucket', {
      bucketName: `${company}-quilt-query-results`,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [
        { id: 'ExpireResults', expiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
      encryption: s3.BucketEncryption.S3_MANAGED,
    });
    (resultsBucket.policy!.node.defaultChild as CfnResource).addPropertyOverride('Bucket', `${company}-quilt-query-results`);
    resultsBucket.policy!.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const workGroup = new athena.CfnWorkGroup(results, 'WorkGroup', {
      name: 'quilt-query',
      description: 'Queries of Quilt package metadata, from the Quilt catalog or any Athena client',
      state: 'ENABLED',
      recursiveDeleteOption: false,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${resultsBucket.bucketName}/`,
          expectedBucketOwner: Aws.ACCOUNT_ID,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
    workGroup.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const workGroupArn = this.formatArn({ service: 'athena', resource: 'workgroup', resourceName: workGroup.ref });

    const database = new glue.CfnDatabase(new Construct(this, 'QueryDatabase'), 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName,
      databaseInput: {
        name: databaseName,
        description: 'Metadata of Quilt packages: tables and views of each Quilt bucket',
        createTableDefaultPermissions: [
          { principal: { dataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, permissions: ['ALL'] },
        ],
      },
    });
    database.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const glueArn = (resource: string, resourceName?: string) =>
      this.formatArn({ service: 'glue', resource, resourceName });
    const databaseArns = (...tables: string[]) => [
      glueArn('catalog'),
      glueArn('database', database.ref),
      ...tables.map((table) => glueArn('table', `${database.ref}/${table}`)),
    ];

    const allow = (sid: string, actions: string[], resources: string[], conditions?: object) =>
      new iam.PolicyStatement({ sid, actions, resources, conditions: conditions as iam.Conditions });
    const everyBucket = this.formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: '*',
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    const resultsArns = [resultsBucket.bucketArn, `${resultsBucket.bucketArn}/*`];
    const policy = new iam.ManagedPolicy(new Construct(this, 'AccessPolicy'), 'Policy', {
      managedPolicyName: 'AthenaQuiltAccess',
      description: 'Query Quilt package metadata with Athena',
      statements: [
        allow(
          'GrantQuiltAthenaAccess',
          [
            'athena:BatchGetNamedQuery',
            'athena:BatchGetQueryExecution',
            'athena:CreateNamedQuery',
            'athena:GetNamedQuery',
            'athena:GetQueryExecution',
            'athena:GetQueryResults',
            'athena:GetQueryResultsStream',
            'athena:GetQueryRuntimeStatistics',
            'athena:GetWorkGroup',
            'athena:ListNamedQueries',
            'athena:ListQueryExecutions',
            'athena:StartQueryExecution',
            'athena:StopQueryExecution',
          ],
          [workGroupArn],
        ),
        allow('GrantQuiltAthenaListAccess', ['athena:ListDataCatalogs', 'athena:ListWorkGroups'], ['*']),
        allow(
          'GrantQuiltAthenaCatalogAccess',
          [
            'athena:GetDataCatalog',
            'athena:GetDatabase',
            'athena:GetTableMetadata',
            'athena:ListDatabases',
            'athena:ListTableMetadata',
          ],
          [this.formatArn({ service: 'athena', resource: 'datacatalog', resourceName: 'AwsDataCatalog' })],
        ),
        allow(
          'GrantQuiltGlueAccess',
          ['glue:GetDatabase', 'glue:GetDatabases', 'glue:GetTable', 'glue:GetTables'],
          [...databaseArns('*'), glueArn('database', 'default')],
        ),
        allow(
          'GrantQuiltGlueWriteAccess',
          ['glue:CreateTable', 'glue:DeleteTable', 'glue:UpdateTable'],
          databaseArns('*_quilt_*'),
        ),
        allow('GrantQuiltAthenaBucketAccess', ['s3:GetBucketLocation'], [everyBucket], BY_ATHENA),
        allow('GrantQuiltAthenaBucketListAccess', ['s3:ListBucket'], [everyBucket], {
          ...BY_ATHENA,
          StringLike: { 's3:prefix': '.quilt/*' },
        }),
        allow('GrantQuiltAthenaInputAccess', ['s3:GetObject'], [`${everyBucket}/.quilt/*`], BY_ATHENA),
        allow(
          'GrantQuiltAthenaOutputAccess',
          ['s3:GetBucketLocation', 's3:GetObject', 's3:ListBucket'],
          resultsArns,
        ),
        allow(
          'GrantQuiltAthenaOutputWriteAccess',
          [
            's3:AbortMultipartUpload',
            's3:ListBucketMultipartUploads',
            's3:ListMultipartUploadParts',
            's3:PutObject',
          ],
          resultsArns,
          BY_ATHENA,
        ),
      ],
    });
    (policy.node.defaultChild as CfnResource).applyRemovalPolicy(RemovalPolicy.DESTROY);

    const scope = new Construct(this, 'QuiltBuckets');
    const nestedStacks: CfnResource[] = [];
    for (const [name, buckets] of groups) {
      const nested = name === undefined ? undefined : new NestedStack(scope, name);
      if (nested !== undefined) {
        const resource = nested.nestedStackResource!;
        if (nestedStacks.length >= GROUPS_AT_ONCE) {
          resource.node.addDependency(nestedStacks[nestedStacks.length - GROUPS_AT_ONCE]);
        }
        nestedStacks.push(resource);
      }
      const provider = new ViewProvider(nested ?? this);
      const grant = (actions: string[], resourceArns: string[], conditions?: object) =>
        iam.Grant.addToPrincipal({
          grantee: provider.role,
          actions,
          resourceArns,
          conditions: conditions as Record<string, Record<string, unknown>>,
        });
      grant(
        ['athena:GetQueryExecution', 'athena:StartQueryExecution', 'athena:StopQueryExecution'],
        [workGroupArn],
      );
      grant(
        [
          's3:AbortMultipartUpload',
          's3:GetBucketLocation',
          's3:GetObject',
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          's3:ListMultipartUploadParts',
          's3:PutObject',
        ],
        resultsArns,
        BY_ATHENA,
      );
      grant(
        ['glue:GetDatabase', 'glue:GetDatabases', 'glue:GetTable'],
        [...databaseArns('*'), glueArn('database', 'default')],
        BY_ATHENA,
      );
      grant(['glue:CreateTable', 'glue:DeleteTable', 'glue:UpdateTable'], databaseArns(), BY_ATHENA);
      const tableArn = glueArn('table', `${database.ref}/`);
      grant(
        ['glue:DeleteTable'],
        [`${tableArn}*_quilt_packages_view`, `${tableArn}*_quilt_objects_view`],
        BY_ATHENA,
      );
      const overBuckets = nested === undefined && buckets.length > 1 ? ['all'] : [];
      const viewArns = [...buckets.map(prefix), ...overBuckets].flatMap((name) =>
        VIEWS.map(([, view]) => `${tableArn}${name}_quilt_${view}`),
      );
      for (let from = 0; from < viewArns.length; from += 10) {
        grant(['glue:CreateTable', 'glue:UpdateTable'], viewArns.slice(from, from + 10), BY_ATHENA);
      }
      const views = new Views(provider, workGroup.ref, database.ref);
      const tables = buckets.flatMap(
        (bucket) =>
          new QuiltBucketTables(nested ?? scope, bucket, database.ref, workGroup.ref, views, databaseName).tables,
      );
      if (overBuckets.length > 0) {
        const over = new Construct(this, 'ViewsOverBuckets');
        for (const [viewId, template] of VIEWS) {
          const query = viewQuery(template, buckets, '"bucket", ');
          views.declare(over, viewId, `all_quilt_${template}`, query, tables);
        }
      }
    }

    new CfnOutput(this, 'PolicyArn', {
      description: "For the Quilt stack's ManagedUserRoleExtraPolicies and its admin panel",
      value: policy.managedPolicyArn,
    });
    new CfnOutput(this, 'ResultsBucketName', {
      description: 'Holds query results until they expire',
      value: resultsBucket.bucketName,
    });
    new CfnOutput(this, 'WorkgroupName', { description: 'The Athena workgroup to query in', value: workGroup.ref });
    new CfnOutput(this, 'DatabaseName', {
      description: 'The Glue database of all tables and views',
      value: database.ref,
    });
  }
}

const app = new App();
new QuiltAthenaStack(app);
app.synth();
