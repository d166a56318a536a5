/** Around every function, whatever its trigger: its log lines carry the invocation; metrics are handed on at the end. */
import { app } from '@azure/functions';
import { duringInvocation, traceIdOf } from '../clients/invocation-log.ts';
import { flushMetrics } from '../live.ts';

app.hook.preInvocation((context) => {
  const { functionHandler, invocationContext } = context;
  const { functionName, invocationId, traceContext } = invocationContext;
  const trace = traceIdOf(traceContext?.traceParent);
  const facts = {
    function: functionName,
    invocation: invocationId,
    ...(trace === undefined ? {} : { trace }),
  };
  context.functionHandler = (...args) => duringInvocation(facts, () => functionHandler(...args));
});

app.hook.appTerminate(() => flushMetrics());
