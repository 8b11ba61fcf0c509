// Prints the CDXJ that warcio makes of the WARCs in a folder, sorted bytewise.
import fs from "node:fs";
import path from "node:path";
import { CDXIndexer } from "warcio";

const dir = process.argv[2];
const lines = [];
for (const filename of fs.readdirSync(dir).filter((f) => f.endsWith(".warc.gz")).sort()) {
  const indexer = new CDXIndexer({ format: "cdxj" });
  const reader = fs.createReadStream(path.join(dir, filename));
  for await (const entry of indexer.iterIndex([{ reader, filename }])) lines.push(Buffer.from(indexer.serializeCDXJ(entry)));
}
process.stdout.write(Buffer.concat(lines.sort(Buffer.compare)));
