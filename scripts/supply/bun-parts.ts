/**
 * What Bun links statically, by its LICENSE.md (https://github.com/oven-sh/bun/blob/main/LICENSE.md), without what it has on
 * Windows alone. It tells no versions. `license`: an SPDX expression, null where it says no more than "several".
 */
export const bunParts: readonly { readonly name: string; readonly license: string | null; readonly source: string }[] =
  [
    {
      name: "JavaScriptCore and WebCore (WebKit)",
      license: "LGPL-2.0-only",
      source: "https://github.com/oven-sh/webkit",
    },
    { name: "boringssl", license: null, source: "https://boringssl.googlesource.com/boringssl/" },
    { name: "brotli", license: "MIT", source: "https://github.com/google/brotli" },
    { name: "c-ares", license: "MIT", source: "https://github.com/c-ares/c-ares" },
    { name: "highway", license: "Apache-2.0", source: "https://github.com/google/highway" },
    { name: "libarchive", license: null, source: "https://github.com/libarchive/libarchive" },
    { name: "libbase64", license: "BSD-2-Clause", source: "https://github.com/aklomp/base64" },
    {
      name: "libc++abi (__cxa_thread_atexit)",
      license: "Apache-2.0 WITH LLVM-exception",
      source: "https://github.com/llvm/llvm-project",
    },
    { name: "libdeflate", license: "MIT", source: "https://github.com/ebiggers/libdeflate" },
    { name: "libicu", license: "Unicode-3.0", source: "https://github.com/unicode-org/icu" },
    {
      name: "libjpeg-turbo",
      license: "BSD-3-Clause AND IJG AND Zlib",
      source: "https://github.com/libjpeg-turbo/libjpeg-turbo",
    },
    { name: "libspng", license: "BSD-2-Clause", source: "https://github.com/randy408/libspng" },
    { name: "libwebp", license: "BSD-3-Clause", source: "https://github.com/webmproject/libwebp" },
    { name: "lol-html", license: "BSD-3-Clause", source: "https://github.com/cloudflare/lol-html" },
    { name: "ls-hpack", license: "MIT", source: "https://github.com/litespeedtech/ls-hpack" },
    { name: "ls-qpack", license: "MIT", source: "https://github.com/litespeedtech/ls-qpack" },
    { name: "lsquic", license: "MIT AND BSD-3-Clause", source: "https://github.com/litespeedtech/lsquic" },
    { name: "mimalloc", license: "MIT", source: "https://github.com/microsoft/mimalloc" },
    { name: "picohttpparser", license: "MIT", source: "https://github.com/h2o/picohttpparser" },
    { name: "simdutf", license: "Apache-2.0", source: "https://github.com/simdutf/simdutf" },
    { name: "tinycc", license: "LGPL-2.1-only", source: "https://github.com/tinycc/tinycc" },
    { name: "uSockets", license: "Apache-2.0", source: "https://github.com/uNetworking/uSockets" },
    { name: "uucode", license: "MIT", source: "https://github.com/jacobsandlund/uucode" },
    { name: "uWebSockets", license: "Apache-2.0", source: "https://github.com/jarred-sumner/uwebsockets" },
    { name: "zlib-ng", license: "Zlib", source: "https://github.com/zlib-ng/zlib-ng" },
    { name: "zstd", license: "BSD-3-Clause", source: "https://github.com/facebook/zstd" },
  ];
