import {render, Text} from 'ink';
import {createElement} from 'react';

/** The least an Ink program can do: what the dashboard's first frame is measured against. */
process.env.NODE_ENV ??= 'production';
render(createElement(Text, {}, 'hello'), {alternateScreen: true, incrementalRendering: true});
setInterval(() => undefined, 1000);
