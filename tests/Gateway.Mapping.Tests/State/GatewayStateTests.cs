using Gateway.Mapping.State;
using Gateway.Testing;
using Gateway.Xmpp.Addresses;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.State;

/// <summary>When changes reach the store, in virtual time.</summary>
public sealed class GatewayStateTests
{
    private static readonly Jid Juliet = Jid.Parse("juliet@example.org");
    private static readonly Jid Romeo = Jid.Parse("romeo@sip.example.org");

    private readonly VirtualTime _time = new();

    [Fact]
    public async Task A_store_that_fails_is_tried_again_and_nothing_is_lost_or_reordered()
    {
        var failing = new MemoryStore(failures: 3);
        await using var state = await StateAsync(failing);
        StoreChange[] changes = [.. Enumerable.Range(0, 3).Select(i => Spelling($"{i}"))];
        foreach (var change in changes)
        {
            state.Write(change);
        }

        await Eventually.HoldsAsync(() =>
        {
            _time.AdvanceToNextTimer();
            return state.WhyNotWritten == failing.Fault.Message;
        });
        await Eventually.HoldsAsync(() =>
        {
            _time.AdvanceToNextTimer();
            return failing.Batches.Count == 1;
        });
        await Eventually.HoldsAsync(() => state.WhyNotWritten is null);
        Assert.Equal<StoreChange>(changes, failing.Batches[0]);
    }

    [Fact]
    public async Task Changes_that_the_store_cannot_take_are_not_the_last_that_are_written()
    {
        var store = new MemoryStore(failures: 1) { Fault = new InvalidOperationException("a mistake of ours") };
        await using var state = await StateAsync(store);
        state.Write(Spelling("0"));
        await Eventually.HoldsAsync(() =>
        {
            _time.AdvanceToNextTimer();
            return store.Failures == 0;
        });

        state.Write(Spelling("1"));
        await Eventually.HoldsAsync(() =>
        {
            _time.AdvanceToNextTimer();
            return store.Batches.Count == 1;
        });

        Assert.Equal<StoreChange>([Spelling("1")], store.Batches[0]);
    }

    [Fact] // MAPPING J-13
    public async Task A_call_that_begins_is_in_the_store_when_changes_have_been_gathered_and_not_before()
    {
        var store = new MemoryStore();
        await using var state = await StateAsync(store);
        var call = new StoreChange.KeepCall(new CallRecord("a", Juliet, Romeo, null, CallStage.Calling));

        state.Write(call);
        await _time.WhenTimersArmed(1);
        _time.Advance(GatewayState.Gathering - TimeSpan.FromTicks(1));
        Assert.Empty(store.Batches);
        _time.Advance(TimeSpan.FromTicks(1));

        await Eventually.HoldsAsync(() => store.Batches.Count == 1);
        Assert.Equal<StoreChange>([call], store.Batches[0]);
    }

    [Fact] // MAPPING J-13
    public async Task Of_changes_that_are_written_together_only_the_last_of_each_row_counts()
    {
        var store = new MemoryStore();
        await using var state = await StateAsync(store);
        var calling = new CallRecord("a", Juliet, Romeo, null, CallStage.Calling);
        var other = new CallRecord("b", Juliet, Romeo, null, CallStage.Proposed);

        state.Write(new StoreChange.KeepCall(calling));
        state.Write(new StoreChange.KeepCall(other));
        state.Write(new StoreChange.KeepCall(calling with { Stage = CallStage.Taken }));
        state.Write(new StoreChange.ForgetCall("a", Romeo));
        state.Write(new StoreChange.KeepCall(other with { Stage = CallStage.Taken }));
        await _time.WhenTimersArmed(1);
        _time.AdvanceToNextTimer();

        await Eventually.HoldsAsync(() => store.Batches.Count == 1);
        Assert.Equal<StoreChange>(
            [new StoreChange.ForgetCall("a", Romeo), new StoreChange.KeepCall(other with { Stage = CallStage.Taken })], store.Batches[0]);
    }

    [Fact]
    public async Task An_orderly_end_writes_at_once_what_is_being_gathered()
    {
        var store = new MemoryStore();
        var change = Spelling("0");
        await using (var state = await StateAsync(store))
        {
            state.Write(change);
            await _time.WhenTimersArmed(1);
        }

        Assert.Equal<StoreChange>([change], Assert.Single(store.Batches));
    }

    private static StoreChange.KeepSpelling Spelling(string user) =>
        new StoreChange.KeepSpelling(new SpellingRecord(Jid.Parse(user + "@sip.example.org"), user));

    private async Task<GatewayState> StateAsync(IGatewayStore store)
    {
        var state = new GatewayState(store, _time, NullLogger<GatewayState>.Instance);
        await state.OpenAsync(null, default);
        return state;
    }

    private sealed class MemoryStore(int failures = 0) : IGatewayStore
    {
        private readonly List<IReadOnlyList<StoreChange>> _batches = [];
        private int _failures = failures;

        public Exception Fault { get; init; } = new StoreException("disk full");

        public int Failures => Math.Max(0, Volatile.Read(ref _failures));

        public string Location => "test";

        public List<IReadOnlyList<StoreChange>> Batches
        {
            get
            {
                lock (_batches)
                {
                    return [.. _batches];
                }
            }
        }

        public Task<StoredState> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(new StoredState());

        public Task WriteAsync(IReadOnlyList<StoreChange> changes, CancellationToken cancellationToken)
        {
            if (_failures-- > 0)
            {
                throw Fault;
            }

            lock (_batches)
            {
                _batches.Add([.. changes]);
            }

            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
