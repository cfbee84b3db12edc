/** Chunks are loaded from the origin of this module: it may be below another path, or a CDN. */
import module from 'amd-module';

// biome-ignore lint/style/useConst: webpack's own, and it is assigned
declare let __webpack_public_path__: string;

__webpack_public_path__ = module.uri.slice(0, module.uri.lastIndexOf('/') + 1);
