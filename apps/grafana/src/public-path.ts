/** Chunks are loaded from where this module came from: below another path, or from a CDN. */
import module from 'amd-module';

// biome-ignore lint/style/useConst: webpack's own, and it is assigned
declare let __webpack_public_path__: string;

__webpack_public_path__ = module.uri.slice(0, module.uri.lastIndexOf('/') + 1);
