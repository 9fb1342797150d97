import { WebhookUtils } from '@gomomento/sdk';

const signingSecret = 'jmFIB7EwuiPokRL4k69ylj_NESv5hfDL25brGtHZszU';

export function check(id, body, signature) {
  return WebhookUtils.validateWebhookRequest(signingSecret, { id, body, signature });
}
