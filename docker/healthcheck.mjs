// node healthcheck.mjs PORT: exit code 0 while the process on this port is ready.
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/health/ready`).catch(() => null);
process.exitCode = answer?.ok ? 0 : 1;
