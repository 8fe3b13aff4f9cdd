// What an analyst does in the Queries tab of the Quilt catalog, by the calls that the tab makes.
const { AWS, report } = require('./clients');

const athena = new AWS.Athena();
const [, , workGroup, database] = process.argv;

/** All items of a list, which comes page by page. */
async function all(operation, field, parameters = {}) {
  const items = [];
  let NextToken;
  do {
    const page = await athena[operation]({ ...parameters, NextToken }).promise();
    items.push(...page[field]);
    ({ NextToken } = page);
  } while (NextToken);
  return items;
}

async function offeredWorkGroups() {
  const names = (await all('listWorkGroups', 'WorkGroups')).map(({ Name }) => Name);
  const described = await Promise.all(names.map((WorkGroup) => athena.getWorkGroup({ WorkGroup }).promise()));
  return described
    .filter((answer) => answer.WorkGroup.State === 'ENABLED')
    .filter((answer) => answer.WorkGroup.Configuration.ResultConfiguration?.OutputLocation)
    .map((answer) => answer.WorkGroup.Name);
}

async function savedQueries() {
  const NamedQueryIds = await all('listNamedQueries', 'NamedQueryIds', { WorkGroup: workGroup });
  return (await athena.batchGetNamedQuery({ NamedQueryIds }).promise()).NamedQueries;
}

async function start(QueryString) {
  const request = {
    QueryString,
    ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
    WorkGroup: workGroup,
    QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: database },
  };
  return (await athena.startQueryExecution(request).promise()).QueryExecutionId;
}

async function end(QueryExecutionId) {
  for (;;) {
    const { QueryExecution } = await athena.getQueryExecution({ QueryExecutionId }).promise();
    if (!['QUEUED', 'RUNNING'].includes(QueryExecution.Status.State)) {
      return QueryExecution;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The sizes below the header, in order. */
function sizes([header, ...rows]) {
  const values = rows.map((row) => row[header.indexOf('size')]);
  return values.sort((one, other) => one - other);
}

/** What the tab shows of a result, where nulls are empty. */
async function result(QueryExecutionId, MaxResults) {
  const pages = [];
  let NextToken;
  do {
    const page = await athena.getQueryResults({ QueryExecutionId, MaxResults, NextToken }).promise();
    pages.push(page.ResultSet.Rows.map(({ Data }) => Data.map((datum) => datum.VarCharValue || '')));
    ({ NextToken } = page);
  } while (NextToken);
  return { pages: pages.map((page) => page.length), header: pages[0][0], sizes: sizes(pages.flat()) };
}

/** How a call is refused. */
async function refusal(call) {
  try {
    await call.promise();
    return null;
  } catch (error) {
    return { code: error.code, message: error.message, status: error.statusCode };
  }
}

report(async () => {
  const saved = await savedQueries();
  const run = await start(saved[0].QueryString);
  const succeeded = await end(run);

  const failing = await start('SELECT * FROM absent');
  const failed = await end(failing);

  const long = await start(
    'SELECT count(*) FROM UNNEST(sequence(1, 10000)) CROSS JOIN UNNEST(sequence(1, 10000))' +
      ' CROSS JOIN UNNEST(sequence(1, 10000))',
  );
  await athena.stopQueryExecution({ QueryExecutionId: long }).promise();
  const stopped = await end(long);

  const history = await all('listQueryExecutions', 'QueryExecutionIds', { WorkGroup: workGroup });
  const ours = history.filter((id) => [run, failing, long].includes(id));
  const { QueryExecutions } = await athena.batchGetQueryExecution({ QueryExecutionIds: ours }).promise();
  return {
    workGroups: await offeredWorkGroups(),
    catalogs: (await all('listDataCatalogs', 'DataCatalogsSummary')).map(({ CatalogName }) => CatalogName),
    databases: (await all('listDatabases', 'DatabaseList', { CatalogName: 'AwsDataCatalog' })).map(({ Name }) => Name),
    saved: saved.map(({ Name }) => Name).sort(),
    state: succeeded.Status.State,
    context: succeeded.QueryExecutionContext,
    ...(await result(run, 2)),
    failed: `${failed.Status.State}: ${failed.Status.StateChangeReason}`,
    stopped: `${stopped.Status.State}: ${stopped.Status.StateChangeReason}`,
    history: QueryExecutions.map((execution) => execution.Status.State),
    refused: await refusal(athena.listQueryExecutions({ WorkGroup: 'absent' })),
  };
});
