import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '..');

/** A group of the side bar: the pages by the first heading of each. */
const group = (text, files) => ({
  text,
  collapsed: false,
  items: files.map((name) => name.replace(/README\.md$/, 'index.md')).map((file) => ({
    text: /^# (.+)$/m.exec(readFileSync(join(source, file), 'utf8'))[1].replaceAll('`', ''),
    link: `/${file.replace(/(?:index)?\.md$/, '')}`,
  })),
});

const docs = (folder, names) => names.map((name) => `docs/${folder}${name}.md`);

/** Likewise, and behind them what else the folder has: no page is without a place. */
const wholeFolder = (folder, names) => {
  const all = readdirSync(join(source, 'docs', folder)).filter((file) => file.endsWith('.md')).map((file) => file.replace(/\.md$/, '').replace(/^index$/, 'README'));
  return docs(folder, [...names, ...all.filter((name) => !names.includes(name)).sort()]);
};

export default {
  title: 'BeTrace',
  description: 'Rules over OpenTelemetry traces',
  base: process.env.SITE_BASE ?? '/',
  lang: 'en',
  markdown: {
    html: false,
    // Indented code, which the default leaves without a frame: its long lines would overlap what is next to it, and widen the page on a phone.
    config: (markdown) => {
      const { fence } = markdown.renderer.rules;
      markdown.renderer.rules.code_block = (tokens, index, ...rest) => {
        tokens[index].info = '';
        return fence(tokens, index, ...rest);
      };
    },
  },
  // Nothing is loaded from elsewhere, the search neither.
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      group('First steps', ['README.md', ...docs('', ['user-guide', 'tutorial', 'connect', 'faq', 'comparison', 'migration', 'words'])]),
      group('Rules', [...docs('', ['dsl', 'when-form', 'rule-files', 'cli', 'ci', 'mcp']), 'examples/README.md']),
      group('Run it', [
        'docs/operator-guide.md',
        ...wholeFolder('deployment/', ['README', 'executable', 'systemd', 'ecs', 'nix', 'releases']),
        ...docs('', ['configuration', 'kafka-topics']),
        ...wholeFolder('operations/', ['capacity', 'alerts', 'runbooks', 'backup', 'accounting', 'probe', 'keys', 'protection', 'notifications']),
        'deploy/grafana/README.md',
        'apps/grafana/README.md',
      ]),
      group('Reference', docs('', ['api', 'guarantees', 'reliability', 'performance', 'security', 'architecture', 'metrics', 'errors'])),
      group('Project', ['docs/decisions/README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']),
    ],
  },
};
