namespace Gateway.Mapping.State;

/// <summary>Takes changes of what is kept. Never waits: they are written soon after, in order.</summary>
public interface IStateJournal
{
    /// <summary>Keeps a change.</summary>
    void Write(StoreChange change);
}
