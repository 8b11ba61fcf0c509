// Saves what the seeds lead to on their hosts, as crawlers in a browser do (ArchiveWeb.page,
// Browsertrix), by their own writer of WARCs: bodies as the browser unpacked them, the
// headers of their coding renamed, and a resource with what was loaded for each page.
import fs from "node:fs";
import { WARCRecord, WARCSerializer } from "warcio";

const [to, ...seeds] = process.argv.slice(2);
const out = fs.createWriteStream(to);
const warcVersion = "WARC/1.1";
const write = async (record) => out.write(await WARCSerializer.serialize(record, { gzip: true }));
const once = async function* (bytes) { yield bytes; };

await write(await WARCRecord.createWARCInfo({ filename: to, warcVersion }, { software: "warcio.js", format: "WARC File Format 1.1" }));
const saved = new Map(); // by payload digest: what was saved with it
const queue = [...seeds];
for (let i = 0; i < queue.length; i++) {
  const url = queue[i];
  const answer = await fetch(url, { redirect: "manual" });
  const body = new Uint8Array(await answer.arrayBuffer());
  const date = new Date().toISOString();
  const httpHeaders = Object.fromEntries([...answer.headers].map(([name, value]) =>
    [["content-encoding", "transfer-encoding"].includes(name) ? "x-orig-" + name : name, value]));
  const statusline = `HTTP/1.1 ${answer.status} ${answer.statusText}`;
  const response = WARCRecord.create({ url, date, type: "response", warcVersion, httpHeaders, statusline }, once(body));
  const bytes = await WARCSerializer.serialize(response, { gzip: true });
  const digest = response.warcPayloadDigest;
  const before = saved.get(digest);
  if (before && body.length > 0) {
    await write(WARCRecord.create({ url, date, type: "revisit", warcVersion, httpHeaders, statusline, refersToUrl: before.url, refersToDate: before.date,
      warcHeaders: { "WARC-Payload-Digest": digest } }, once(new Uint8Array())));
  } else {
    out.write(bytes);
    saved.set(digest, { url, date });
  }
  await write(WARCRecord.create({ url, date, type: "request", warcVersion, httpHeaders: { "user-agent": "Mozilla/5.0" }, statusline: `GET ${new URL(url).pathname} HTTP/1.1`,
    warcHeaders: { "WARC-Concurrent-To": response.warcHeader("WARC-Record-ID") } }, once(new Uint8Array())));
  await write(WARCRecord.create({ url: "urn:pageinfo:" + url, date, type: "resource", warcVersion, warcHeaders: { "Content-Type": "application/json" } },
    once(new TextEncoder().encode(JSON.stringify({ pageid: String(i), url, urls: { [url]: { status: answer.status } } })))));
  const location = answer.headers.get("location");
  const links = location ? [location] : /html/.test(answer.headers.get("content-type")) ? [...Buffer.from(body).toString("latin1").matchAll(/href="([^"#]+)"/g)].map((m) => m[1]) : [];
  for (const link of links) {
    const next = new URL(link, url);
    if (next.host === new URL(url).host && !queue.includes(next.href)) queue.push(next.href);
  }
}
await new Promise((done) => out.end(done));
console.log(queue.length);
