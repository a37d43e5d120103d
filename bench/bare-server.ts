import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

/** The least a server can do: the bytes of a file for every request. Prints its URL and ends with its parent. */
const body = readFileSync(process.argv[2] ?? '');
const server = createServer((_, response) => {
	response.writeHead(200, {'content-type': 'application/json; charset=utf-8', 'content-length': body.length});
	response.end(body);
});
server.listen(0, '127.0.0.1', () => {
	process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
