/** The deployed entry: loading it registers all functions of the product. */
import './poison.ts';
import './resync.ts';
import './status.ts';
import './tick.ts';
import './vault-event.ts';
import './work.ts';
