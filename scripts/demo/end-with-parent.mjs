// Preloaded into the processes that `npm start` runs: when their parent is gone, even by SIGKILL, they stop as if they
// had been asked to, and nothing is left behind on the ports.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
