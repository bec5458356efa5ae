// docs/reference/config.md: every key of the configuration, from its JSON Schema.
import { INTRODUCTION, REFERENCES, SECTIONS, type PageObject, type PageSection } from './config-prose.js';
import { namedValues, nameOf, placesOf, type Place } from './schema-walk.js';
import { typeWords } from './type-words.js';

/** The lines of the page, below its title. */
export function configPage(): readonly string[] {
  const objects = objectsByName();
  const known = SECTIONS.flatMap((section) => section.objects.map(({ name }) => name));
  const missing = [...objects.keys()].filter((name) => !known.includes(name));
  if (missing.length > 0) throw new Error(`no section of the page is about ${missing.join(', ')}`);
  const sections = SECTIONS.flatMap((section) => sectionLines(section, objects));
  return [...INTRODUCTION, '', '## Secret references', '', ...REFERENCES, '', ...sections];
}

type Objects = ReadonlyMap<string, readonly Place[]>;

function objectsByName(): Objects {
  const objects = new Map<string, Place[]>();
  for (const place of placesOf()) {
    const name = nameOf({ ...place, key: '' }).replace(/\.$/, '');
    objects.set(name, [...(objects.get(name) ?? []), place]);
  }
  return objects;
}

function sectionLines({ title, prose = [], objects: shown }: PageSection, objects: Objects): readonly string[] {
  const rows = shown.flatMap((object) => rowsOf(object, objects));
  const values = valueLists(rows);
  return [
    `## ${title}`,
    '',
    ...(prose.length > 0 ? [...prose, ''] : []),
    '| key | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows.map(rowLine),
    '',
    ...(values.length > 0 ? [...values, ''] : []),
  ];
}

interface Row {
  readonly name: string;
  readonly place: Place;
}

function rowsOf({ name, prefix = '', but, isElsewhere }: PageObject, objects: Objects): readonly Row[] {
  const places = objects.get(name);
  if (places === undefined) throw new Error(`the configuration has no object ${name}`);
  const top = new Map((objects.get('') ?? []).map((place) => [place.key, place]));
  const server = new Set((objects.get('mcpServers.*') ?? []).map(({ key }) => key));
  const provider = new Map((objects.get('external_auth_config') ?? []).map((place) => [place.key, place]));
  if (isElsewhere === true) return [];
  return (
    places
      .filter(({ key, schema }) => {
        if (but === 'server keys') return !server.has(key);
        const same = but === undefined ? undefined : provider.get(key);
        return same === undefined || JSON.stringify(same.schema) !== JSON.stringify(schema);
      })
      // A server's key is that of a bare policy, or null.
      .map((place) => ({
        name: `${prefix}${place.key}`,
        place: name === 'mcpServers.*' ? (top.get(place.key) ?? place) : place,
      }))
  );
}

function rowLine({ name, place }: Row): string {
  const { schema, owner, key } = place;
  const [means = '', otherwise] = String(schema['description']).split(' Default: ');
  const isRequired = Array.isArray(owner.schema['required']) && owner.schema['required'].includes(key);
  const standard =
    'default' in schema ? `\`${JSON.stringify(schema['default'])}\`` : (otherwise?.replace(/\.$/, '') ?? '');
  return `| ${[`\`${name}\``, typeWords(schema), isRequired ? 'required' : standard, means].map(cell).join(' | ')} |`;
}

/** The named values of the keys; keys with the same values share a list. */
function valueLists(rows: readonly Row[]): readonly string[] {
  const keysByList = new Map<string, string[]>();
  for (const { name, place } of rows) {
    const list = namedValues(place.schema)
      .map(([value, meaning]) => `  - \`${value}\`: ${meaning}`)
      .join('\n');
    if (list !== '') keysByList.set(list, [...(keysByList.get(list) ?? []), `\`${name}\``]);
  }
  return [...keysByList].flatMap(([list, keys]) => [`- ${keys.length > 3 ? 'every key' : keys.join(', ')}:`, list]);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
