-- Run once by the image's entrypoint, when it makes a new cluster.
CREATE EXTENSION soulprint;
SELECT * FROM soulprint_setup();
