import { readFileSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor";

const gzipMagic = Buffer.from([0x1f, 0x8b, 8]);
/** How a FileDescriptorProto begins: field 1 is the file's name, field 2 the package. */
const cri = Buffer.from("\n\tapi.proto\x12\nruntime.v1\x1a", "latin1");
/** Above what any of them needs, compressed. */
const most = 64 * 1024;

/**
 * The CRI as this containerd speaks it. A Go program registers the descriptors of its protocols when it starts, and
 * carries them for that, gzipped (gogo/protobuf, RegisterFile): nothing has to be fetched, and no version can differ.
 */
export function readDefinition(containerd: string): protobuf.Root {
  const program = readFileSync(containerd);
  for (let at = program.indexOf(gzipMagic); at >= 0; at = program.indexOf(gzipMagic, at + 1)) {
    const file = inflated(program.subarray(at, at + most));
    if (file?.subarray(0, cri.length).equals(cri)) return rootOf(file);
  }
  throw new Error(`Cannot speak with ${containerd}: found no descriptor of the package runtime.v1 in it`);
}

/** Null where the three bytes were no gzip after all. What comes behind its end is not looked at. */
function inflated(bytes: Buffer): Buffer | null {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return null;
  }
}

/** What it imports are options for Go's compiler, which are left out. */
function rootOf(file: Buffer): protobuf.Root {
  const set = descriptor.FileDescriptorSet.create({ file: [descriptor.FileDescriptorProto.decode(file)] });
  const { fromDescriptor } = protobuf.Root as unknown as { fromDescriptor(set: protobuf.Message): protobuf.Root };
  const root = fromDescriptor(set);
  root.resolveAll();
  return root;
}
