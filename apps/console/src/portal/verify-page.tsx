import { Button, PasswordInput, Stack, Tabs, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAlertCircle, IconCircleCheck } from '@tabler/icons-react';
import { Alert } from '@mantine/core';
import { useState } from 'react';
import { CodeBlock } from '../ui/code-block.js';
import { Page, Section } from '../ui/page.js';
import { CODE_SAMPLES } from './code-samples.js';
import { type Verdict, verifySignature } from './verify-signature.js';
import classes from './verify-page.module.css';

/** Why a signature does not hold, and how a receiver checks it. */
export function VerifyPage() {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const form = useForm({ initialValues: { secret: '', id: '', timestamp: '', signature: '', body: '' } });
  const check = async (): Promise<void> => setVerdict(await verifySignature(form.getValues(), Date.now() / 1_000));
  return (
    <Page title="Verify a signature">
      <div className={classes.halves}>
        <Section title="Check a request" note="In this browser; the secret goes nowhere">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void check();
            }}
          >
            <Stack gap="sm">
              <PasswordInput
                label="Secret"
                placeholder="whsec_…"
                autoComplete="off"
                {...form.getInputProps('secret')}
              />
              <TextInput label="webhook-id" {...form.getInputProps('id')} />
              <TextInput label="webhook-timestamp" {...form.getInputProps('timestamp')} />
              <TextInput label="webhook-signature" {...form.getInputProps('signature')} />
              <Textarea label="Body, byte for byte" autosize minRows={4} maxRows={14} {...form.getInputProps('body')} />
              <Button type="submit">Check</Button>
              <div aria-live="polite">
                {verdict !== null && (
                  <Alert
                    color={verdict.isGood ? 'green' : 'red'}
                    icon={verdict.isGood ? <IconCircleCheck /> : <IconAlertCircle />}
                  >
                    {verdict.words}
                    {!verdict.isGood && verdict.expected !== null && (
                      <div>
                        With this secret it would be <code>{verdict.expected}</code>
                      </div>
                    )}
                  </Alert>
                )}
              </div>
            </Stack>
          </form>
        </Section>
        <Section title="In your receiver">
          <Tabs defaultValue={CODE_SAMPLES[0]!.language} keepMounted={false}>
            <Tabs.List mb="sm">
              {CODE_SAMPLES.map(({ language }) => (
                <Tabs.Tab key={language} value={language}>
                  {language}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {CODE_SAMPLES.map(({ language, code }) => (
              <Tabs.Panel key={language} value={language}>
                <CodeBlock text={code} label={`the sample for ${language}`} />
              </Tabs.Panel>
            ))}
          </Tabs>
        </Section>
      </div>
    </Page>
  );
}
