using Gateway.Mapping.Messages;

namespace Gateway.Mapping.Tests.Messages;

public sealed class SerialMailboxTests
{
    [Fact]
    public void What_is_posted_meanwhile_waits_for_the_event_that_runs()
    {
        var ran = new List<int>();
        SerialMailbox<int>? mailbox = null;
        mailbox = new SerialMailbox<int>(
            e =>
            {
                if (e == 1)
                {
                    mailbox!.Post(2);
                }

                ran.Add(e);
            },
            Unexpected);

        mailbox.Post(1);

        Assert.Equal([1, 2], ran);
    }

    [Fact] // nothing is lost silently: neither the mistake nor what comes after it
    public void An_event_that_fails_is_told_and_does_not_stop_the_next()
    {
        var (ran, mistakes) = (new List<int>(), new List<string>());
        var mailbox = new SerialMailbox<int>(
            e => ran.Add(e == 1 ? throw new InvalidOperationException("ours") : e), mistake => mistakes.Add(mistake.Message));

        mailbox.Post(1);
        mailbox.Post(2);

        Assert.Equal([2], ran);
        Assert.Equal(["ours"], mistakes);
    }

    private static void Unexpected(Exception mistake) => Assert.Fail(mistake.Message);
}
