// Compares by DuckDB the three exports out.jsonl, out.csv and out.parquet in a
// folder: prints how many rows each has, and how many rows of one another lacks.
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const dir = process.argv[2];
const db = await (await DuckDBInstance.create(":memory:")).connect();
const file = (name) => `'${path.join(dir, name).replaceAll("'", "''")}'`;
const columns = `url, site, "column", "version"::INT AS v, versions::INT AS vs, taken_at::TIMESTAMPTZ AS taken, last_seen::TIMESTAMPTZ AS seen, state,
  title, coalesce(published, '') AS published, day_only::BOOL AS day_only, source, author, document_number, body, status::INT AS status,
  payload_digest, fingerprint, story`;
await db.run("SET TimeZone = 'UTC'");
await db.run(`CREATE VIEW jsonl AS SELECT ${columns}, to_json(attachments)::VARCHAR AS attachments, to_json(changes)::VARCHAR AS changes
  FROM read_json(${file("out.jsonl")}, format = 'newline_delimited', columns = {url: 'VARCHAR', site: 'VARCHAR', "column": 'VARCHAR', "version": 'INT',
  versions: 'INT', taken_at: 'VARCHAR', last_seen: 'VARCHAR', state: 'VARCHAR', title: 'VARCHAR', published: 'VARCHAR', day_only: 'BOOLEAN', source: 'VARCHAR',
  author: 'VARCHAR', document_number: 'VARCHAR', body: 'VARCHAR', attachments: 'STRUCT(name VARCHAR, url VARCHAR, digest VARCHAR)[]', status: 'INT',
  payload_digest: 'VARCHAR', fingerprint: 'VARCHAR', story: 'VARCHAR', changes: 'VARCHAR[]'})`);
await db.run(`CREATE VIEW csv AS SELECT ${columns}, attachments, changes
  FROM read_csv(${file("out.csv")}, header = true, all_varchar = true, nullstr = '\u0001', new_line = '\\r\\n', quote = '"', escape = '"', delim = ',')`);
await db.run(`CREATE VIEW parquet AS SELECT ${columns}, to_json(attachments)::VARCHAR AS attachments, to_json(changes)::VARCHAR AS changes FROM ${file("out.parquet")}`);

const one = async (sql) => Number((await (await db.run(sql)).getRows())[0][0]);
const result = {};
for (const name of ["jsonl", "csv", "parquet"]) result[name] = await one(`SELECT count(*) FROM ${name}`);
for (const [a, b] of [["jsonl", "csv"], ["csv", "parquet"], ["parquet", "jsonl"]])
  result[`${a} lacks of ${b}`] = await one(`SELECT count(*) FROM (SELECT * FROM ${b} EXCEPT SELECT * FROM ${a})`);
result.days = await one(`SELECT count(*) FROM ${file("out.parquet")} WHERE published_day = left(published, 10)::DATE`);
result.instants = await one(`SELECT count(*) FROM ${file("out.parquet")} WHERE published_at = published::TIMESTAMPTZ`);
console.log(JSON.stringify(result));
process.exit(0);
